"""Networks by timm: their options, the sizes that they take, and their logits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.recipes import MAXVIT_TINY, STARTER, V3, Architecture
from neuronetra.errors import UsageError
from neuronetra.wiring.recipes import recipe_at

torch = pytest.importorskip("torch", reason="networks need the extra train")
from neuronetra.adapters.networks.timm import build_network

EXAMPLE = Path(__file__).parents[3] / "examples/recipes/swin-384.toml"


def _spec(timm_name: str, size: tuple[int, int] = (64, 64), **options: Any) -> ModelSpec:
    return ModelSpec(Architecture("some", timm_name, options=options.items()), size)


def _refusal(spec: ModelSpec) -> str:
    with pytest.raises(UsageError) as caught:
        build_network(spec)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_probabilities_are_the_logits_sigmoid() -> None:
    """What is trained on and what is predicted are of one road."""
    network = build_network(_spec("test_resnet"), 3)
    images = torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8)
    with torch.inference_mode():
        logits = network.logits(images)
        assert torch.equal(network(images), torch.sigmoid(logits))
    assert (logits.dtype, tuple(logits.shape)) == (torch.float32, (2, 14))


def test_logits_are_float32_under_autocast() -> None:
    """Whatever the backbone computes in."""
    network = build_network(_spec("test_resnet"))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        assert network.logits(torch.zeros((1, 3, 64, 64), dtype=torch.uint8)).dtype is torch.float32


def test_options_are_timms() -> None:
    """They reach the network, lists as tuples, and the same seed makes the same network with them."""
    network = build_network(_spec("test_vit", (64, 48), img_size=[64, 48], depth=2), 3)
    assert network.backbone.patch_embed.img_size == (64, 48)
    assert len(network.backbone.blocks) == 2
    again = build_network(_spec("test_vit", (64, 48), img_size=[64, 48], depth=2), 3)
    state = network.backbone.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in again.backbone.state_dict().items())


def test_trying_leaves_no_trace() -> None:
    """A network that was tried holds its own weights and is as random as one that was not; so is torch."""
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    tried, usual = (build_network(_spec("test_resnet", size), 3) for size in ((64, 64), (160, 160)))
    assert torch.equal(torch.rand(2), expected)
    state = usual.backbone.state_dict()
    for name, value in tried.backbone.state_dict().items():
        assert value.device.type == "cpu"
        assert torch.equal(value, state[name])
    assert not any(module.training for module in tried.modules())


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (_spec("test_resnet", nonsense=3), r"test_resnet: timm refuses .*nonsense = 3.*unexpected keyword"),
        (_spec("test_convnext", drop_path_rate="x"), r"timm refuses .*drop_path_rate = 'x'"),
        (_spec("test_resnet", in_chans=1), "takes no images of 64 x 64; found .*channels"),
        (
            _spec("test_convnext", global_pool=""),
            r"takes no images of 64 x 64; found an output of shape \(1, 14, ",
        ),
        (_spec("test_resnet", features_only=True), r"takes no images of 64 x 64; found an output"),
        (_spec("test_resnet.no_such_weights"), "timm refuses the architecture; found .*pretrained tag"),
        (_spec("no_such_network"), "timm knows no such architecture; found 'no_such_network'"),
        (_spec("hf-hub:someone/something"), "timm knows no such architecture"),
        (_spec("test_convnext", (8, 8)), "takes no images of 8 x 8"),
        (_spec("test_vit", (65, 65)), "takes no images of 65 x 65; found .*65"),
        (
            _spec("test_vit", (64, 64), img_size=96, dynamic_img_size=False),
            "takes no images of 64 x 64; found .*96",
        ),
    ],
)
def test_what_is_refused(spec: ModelSpec, words: str) -> None:
    """An option that timm refuses, or a size that the network does not take: one line that says so."""
    assert re.search(words, _refusal(spec))


def test_networks_of_one_size_say_it() -> None:
    """Found, expected and the two ways out, where there are two."""
    line = _refusal(_spec("vit_tiny_patch16_224", (64, 96)))
    assert line == (
        "vit_tiny_patch16_224: takes 224 x 224 only; found 64 x 96; "
        "fix: in the recipe: image_size = 224, or options = { img_size = [64, 96] }"
    )
    assert (
        "img_size"
        not in _refusal(_spec("test_vit", (64, 64), dynamic_img_size=False, img_size=96)).split("fix")[-1]
    )


def test_small_networks_take_small_images() -> None:
    """Those of the starter, at its own size and at one for trials."""
    for architecture in STARTER.architectures:
        for size in (STARTER.pipeline.preprocessing.size, (48, 64), (32, 32)):
            network = build_network(ModelSpec(architecture, size))
            with torch.inference_mode():
                assert network(torch.zeros((1, 3, *size), dtype=torch.uint8)).shape == (1, 14)


@pytest.mark.full_size
def test_maxvit_takes_224_only() -> None:
    """At 384 pixels it says so."""
    line = _refusal(ModelSpec(MAXVIT_TINY, (384, 384)))
    assert line.startswith(
        "maxvit_tiny_tf_224.in1k: takes 224 x 224 only; found 384 x 384; fix: in the recipe: "
    )
    assert "image_size = 224" in line


@pytest.mark.full_size
@pytest.mark.parametrize("recipe", [V3, recipe_at(str(EXAMPLE))], ids=lambda recipe: recipe.name)
def test_full_size_networks_are_built(recipe: Any) -> None:
    """Each of the shipped recipes' and of the example's, at the recipe's size."""
    size = recipe.pipeline.preprocessing.size
    for architecture in recipe.architectures:
        network = build_network(ModelSpec(architecture, size))
        with torch.inference_mode():
            found = network(torch.zeros((1, 3, *size), dtype=torch.uint8))
        assert found.shape == (1, 14)
