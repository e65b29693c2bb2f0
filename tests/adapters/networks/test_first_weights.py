"""The weights that training begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra train")

import timm
from safetensors.torch import save_file

from neuronetra.adapters.networks import first_weights
from neuronetra.adapters.networks.first_weights import first_network
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.recipes import Architecture
from neuronetra.errors import InputNotFoundError, StoreError, TrainingError

NAMES = ("test_resnet", "test_efficientnet", "test_convnext", "test_vit", "test_byobnet")


def spec(name: str = "test_resnet", size: int = 64) -> ModelSpec:
    return ModelSpec(Architecture(name, name), (160, 160) if name == "test_vit" else (size, size))


def foreign(name: str, classes: int = 1000) -> dict[str, torch.Tensor]:
    """The state of timm's network for other classes, with recognisable values."""
    torch.manual_seed(3)
    return dict(timm.create_model(name, num_classes=classes).state_dict())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_a_file_gives_all_but_the_classifier(tmp_path: Path, name: str, suffix: str) -> None:
    """A network for 1000 classes gives its body; the classifier stays the seed's random one."""
    path, state = tmp_path / f"weights.{suffix}", foreign(name)
    torch.save(state, path) if suffix == "pth" else save_file(state, str(path))
    found = first_network(spec(name), 5, str(path)).backbone.state_dict()
    random = first_network(spec(name), 5, "none").backbone.state_dict()
    assert found.keys() == random.keys()
    own = {key for key in found if found[key].shape != state[key].shape}
    assert own
    for key in found:
        assert torch.equal(
            found[key], random[key] if key in own or key.replace("bias", "weight") in own else state[key]
        )


def test_a_file_without_a_classifier(tmp_path: Path) -> None:
    """Its tensors may be absent altogether."""
    path, state = tmp_path / "weights.safetensors", foreign("test_resnet")
    save_file({name: value for name, value in state.items() if not name.startswith("fc.")}, str(path))
    found = first_network(spec(), 5, str(path)).backbone.state_dict()
    body = [name for name in found if not name.startswith("fc.")]
    assert len(body) == len(found) - 2
    assert all(torch.equal(found[name], state[name]) for name in body)


def test_a_file_with_our_classifier(tmp_path: Path) -> None:
    """A network of this program goes on as it is, classifier included."""
    path, state = tmp_path / "weights.safetensors", foreign("test_resnet", 14)
    save_file(state, str(path))
    found = first_network(spec(), 5, str(path)).backbone.state_dict()
    assert all(torch.equal(found[name], state[name]) for name in state)


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    """Another network's tensors, one missing, one too many, another shape, no file: one line each."""
    state = foreign("test_resnet")
    body = next(name for name in state if name.endswith("weight"))
    wrong = {
        "another": foreign("test_efficientnet"),
        "missing": {name: value for name, value in state.items() if name != body},
        "shape": {**state, body: state[body][:1].clone()},
        "more": {**state, "extra.weight": torch.zeros(3)},
    }
    for name, given in wrong.items():
        path = tmp_path / f"{name}.safetensors"
        save_file(given, str(path))
        with pytest.raises(StoreError, match="not this network's") as caught:
            first_network(spec(), 5, str(path))
        assert "\n" not in str(caught.value)
    with pytest.raises(InputNotFoundError):
        first_network(spec(), 5, str(tmp_path / "none.pth"))


def test_a_seed_decides_random_weights() -> None:
    """One seed, one network; the caller's random state is left as it was."""
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    one, same, other = (first_network(spec(), seed, "none").backbone.state_dict() for seed in (5, 5, 6))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_timms_own_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``auto`` takes what timm loads (here from a file that timm is told of); the rest is the seed's."""
    path, state = tmp_path / "weights.safetensors", foreign("test_resnet")
    save_file(state, str(path))
    monkeypatch.setattr(first_weights, "_answers", lambda: False)
    own = timm.create_model

    def local(*names: str, **options: object) -> object:
        return own(*names, **options, pretrained_cfg_overlay={"file": str(path)})

    monkeypatch.setattr(timm, "create_model", local)
    found = first_network(spec(), 5, "auto").backbone.state_dict()
    random = first_network(spec(), 5, "none").backbone.state_dict()
    for name in found:
        assert torch.equal(found[name], (random if name.startswith("fc.") else state)[name])


def test_offline_it_says_so_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the hub does not answer it is not asked again: one line that names the ways out."""
    import huggingface_hub.constants as hub

    asked: list[bool] = []
    monkeypatch.setattr(hub, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(first_weights, "_answers", lambda: asked.append(True))
    with pytest.raises(TrainingError, match="--pretrained none") as caught:
        first_network(spec(), 5, "auto")
    assert asked
    assert "\n" not in str(caught.value)
    assert hub.HF_HUB_OFFLINE is False or hub.HF_HUB_OFFLINE is None


def test_a_network_that_nobody_pretrained() -> None:
    """Where timm knows of no weights, ``auto`` is one line."""
    with pytest.raises(TrainingError, match="no pretrained weights"):
        first_network(spec("test_mambaout"), 5, "auto")
