"""Weights as files: strict names and shapes, and nothing is ever unpickled."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.recipes import Architecture
from neuronetra.errors import InputNotFoundError, StoreError, UsageError

torch = pytest.importorskip("torch", reason="networks need the extra train")
from neuronetra.adapters.networks.timm import SeriesNetwork, build_network
from neuronetra.adapters.networks.weights import fill, load_weights, read_state, save_weights

SPEC = ModelSpec(Architecture("resnet", "test_resnet.r160_in1k"), (64, 64))


@pytest.fixture
def network() -> SeriesNetwork:
    return build_network(SPEC, seed=3)


def _scores(network: SeriesNetwork) -> Any:
    generator = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        return network(torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8, generator=generator))


def test_seed_makes_the_network(network: SeriesNetwork) -> None:
    """One seed gives one network, another seed another, and Torch's own random state is left alone."""
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    again, other = build_network(SPEC, seed=3), build_network(SPEC, seed=4)
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(_scores(network), _scores(again))
    assert not torch.equal(_scores(network), _scores(other))


def test_normalisation_is_the_architectures(network: SeriesNetwork) -> None:
    """The network sees (x / 255 - mean) / deviation and gives probabilities."""
    images = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8)
    mean, deviation = (
        torch.tensor(values).view(1, 3, 1, 1)
        for values in (SPEC.architecture.mean, SPEC.architecture.deviation)
    )
    with torch.inference_mode():
        expected = torch.sigmoid(network.backbone((images.float() / 255 - mean) / deviation))
        torch.testing.assert_close(network(images), expected, atol=1e-6, rtol=1e-5)


def test_safetensors_round_trip(network: SeriesNetwork, tmp_path: Path) -> None:
    """What was saved is what is loaded, in timm's own names."""
    path = tmp_path / "weights.safetensors"
    save_weights(network, path)
    other = build_network(SPEC, seed=9)
    load_weights(other, path)
    assert torch.equal(_scores(network), _scores(other))
    assert set(read_state(path)) == set(network.backbone.state_dict())


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"state_dict": s, "epoch": 3}])
@pytest.mark.parametrize("prefix", ["", "module.", "module.backbone."])
def test_pth_of_tensors_is_read(network: SeriesNetwork, tmp_path: Path, wrap: Any, prefix: str) -> None:
    """A state dictionary by torch.save is read, as it is or as usual wrappers leave it."""
    path = tmp_path / "weights.pth"
    torch.save(wrap({prefix + name: value for name, value in network.backbone.state_dict().items()}), path)
    other = build_network(SPEC, seed=9)
    fill(other, read_state(path), str(path))
    assert torch.equal(_scores(network), _scores(other))


class _Payload:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.target),))


def test_malicious_pickle_is_refused(network: SeriesNetwork, tmp_path: Path) -> None:
    """A file that would run code when unpickled is refused, and its code does not run."""
    target, path = tmp_path / "ran", tmp_path / "weights.pth"
    torch.save({"state_dict": network.backbone.state_dict(), "extra": _Payload(target)}, path)
    with pytest.raises(StoreError, match="nothing was run"):
        read_state(path)
    assert not target.exists()


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda s: {k: v for k, v in s.items() if k != "fc.bias"}, "fc.bias is missing"),
        (lambda s: {**s, "fc.gain": s["fc.bias"]}, "fc.gain is unknown"),
        (lambda s: {**s, "fc.bias": s["fc.bias"][:7]}, r"fc.bias is \(7,\), not \(14,\)"),
        (lambda s: {**s, "fc.bias": s["fc.bias"] * float("nan")}, "fc.bias is not finite"),
    ],
)
def test_weights_of_another_network(network: SeriesNetwork, spoil: Any, found: str) -> None:
    """A missing, unknown, misshapen or NaN tensor is named; the network is left as it was."""
    state = spoil(dict(build_network(SPEC, seed=9).backbone.state_dict()))
    before = _scores(network)
    with pytest.raises(StoreError, match=found):
        fill(network, state, "weights.pth")
    assert torch.equal(_scores(network), before)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"junk", b"\x80\x02}q\x00."])
def test_files_that_are_no_weights(tmp_path: Path, suffix: str, content: bytes) -> None:
    """Junk is a store's error that names the file, never a traceback of a library."""
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="weights"):
        read_state(path)


def test_no_such_file(tmp_path: Path) -> None:
    """A file that is not there is its own error."""
    with pytest.raises(InputNotFoundError):
        read_state(tmp_path / "weights.pth")


def test_architecture_that_timm_does_not_know() -> None:
    """An unknown timm name is an error before anything is built."""
    with pytest.raises(UsageError, match="no_such_network"):
        build_network(ModelSpec(Architecture("none", "no_such_network")))
