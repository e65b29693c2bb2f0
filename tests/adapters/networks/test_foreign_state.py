"""State dictionaries from strangers: whatever a file holds, it is the network's own state or one clear line."""

from __future__ import annotations

import random
import re
import warnings
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from neuronetra.errors import StoreError

torch = pytest.importorskip("torch", reason="networks need the extra train")
from neuronetra.adapters.networks.foreign_state import misfits, read_pth

OWN = {"body.weight": torch.ones(3, 2), "body.bias": torch.ones(3), "body.count": torch.tensor(4)}
BIAS = "body.bias"


def _file(given: object, folder: Path, **how: Any) -> Path:
    path = folder / "weights.pth"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.save(given, path, **how)
    return path


def _holding_itself() -> dict[str, Any]:
    given: dict[str, Any] = {"epoch": 3}
    given["state_dict"] = given
    return given


def _deep(levels: int) -> dict[str, Any]:
    given: dict[str, Any] = dict(OWN)
    for _ in range(levels):
        given = {"model": given}
    return given


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.module.", "module.backbone."])
@pytest.mark.parametrize("levels", [0, 2])
def test_states_are_read(tmp_path: Path, zipped: bool, prefix: str, levels: int) -> None:
    """A state as torch.save writes it, now and formerly, is read with its own names, wrapped or not."""
    state: dict[str, Any] = {prefix + name: value for name, value in OWN.items()}
    for _ in range(levels):
        state = {"state_dict": state, "epoch": 8}
    given = read_pth(_file(state, tmp_path, _use_new_zipfile_serialization=zipped))
    assert not misfits(OWN, given)
    assert all(torch.equal(given[name], value) for name, value in OWN.items())


@pytest.mark.parametrize(
    "given",
    [
        {},
        {1: torch.ones(3)},
        {**OWN, 2: torch.ones(3)},
        [OWN],
        torch.ones(3),
        None,
        "a",
        _holding_itself(),
        _deep(99),
    ],
    ids=["empty", "numbered", "one-numbered", "list", "tensor", "nothing", "word", "holds-itself", "deep"],
)
def test_what_is_no_state(tmp_path: Path, given: object) -> None:
    """A file of plain data that is no dictionary of named tensors is one line, and never a search without end."""
    with pytest.raises(StoreError, match="no state dictionary in it") as caught:
        read_pth(_file(given, tmp_path))
    assert len(str(caught.value).splitlines()) == 1


def test_a_packed_archive_is_refused(tmp_path: Path) -> None:
    """40 kB that unpack to 40 MB are refused before anything is unpacked; so is every packed record."""
    plain = BytesIO()
    torch.save({"a": torch.zeros(10_000_000)}, plain)
    path = tmp_path / "weights.pth"
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in given.namelist():
            packed.writestr(name, given.read(name))
    assert path.stat().st_size < 100_000
    with pytest.raises(StoreError, match="refused"):
        read_pth(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_any_damage_is_one_line(tmp_path: Path, zipped: bool) -> None:
    """Bytes changed at random, or cut off: a state, or a store's error, and no exception of a library."""
    raw = _file(OWN, tmp_path, _use_new_zipfile_serialization=zipped).read_bytes()
    chance, path, refused = random.Random(4), tmp_path / "damaged.pth", 0  # noqa: S311 - damage
    for _ in range(300):
        damaged = bytearray(raw)
        for _ in range(chance.choice([1, 2, 8])):
            damaged[chance.randrange(len(raw))] = chance.randrange(256)
        path.write_bytes(damaged[: chance.choice([len(raw), chance.randrange(len(raw))])])
        try:
            misfits(OWN, read_pth(path))
        except StoreError:
            refused += 1
    assert refused > 100


def _spoilt(name: str, value: Any) -> dict[str, Any]:
    return {**OWN, name: value}


SPOILT: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "missing": (lambda: {k: v for k, v in OWN.items() if k != BIAS}, "body.bias is missing"),
    "unknown": (lambda: _spoilt("gain", torch.ones(3)), "gain is unknown"),
    "nameless": (lambda: _spoilt("", torch.ones(3)), " is unknown"),
    "shape": (lambda: _spoilt(BIAS, torch.ones(2)), r"body.bias is \(2,\), not \(3,\)"),
    "4 TB": (lambda: _spoilt(BIAS, torch.ones(1).expand(10**12)), r"body.bias is \(10{12},\)"),
    "4 TB unknown": (lambda: _spoilt("gain", torch.ones(1).expand(10**12)), "gain is unknown"),
    "whole": (lambda: _spoilt(BIAS, torch.ones(3, dtype=torch.int64)), "is int64, not float32"),
    "true": (lambda: _spoilt(BIAS, torch.ones(3, dtype=torch.bool)), "is bool, not float32"),
    "complex": (lambda: _spoilt(BIAS, torch.ones(3, dtype=torch.complex64)), "is complex64, not float32"),
    "broken count": (lambda: _spoilt("body.count", torch.tensor(4.0)), "body.count is float32, not int64"),
    "sparse": (lambda: _spoilt(BIAS, torch.ones(3).to_sparse()), "body.bias is not a plain tensor"),
    "meta": (lambda: _spoilt(BIAS, torch.ones(3, device="meta")), "body.bias is not a plain tensor"),
    "not a number": (
        lambda: _spoilt(BIAS, torch.tensor([1.0, float("nan"), 1.0])),
        "body.bias is not finite",
    ),
    "too large": (
        lambda: _spoilt(BIAS, torch.full((3,), 1e300, dtype=torch.float64)),
        "body.bias is not finite",
    ),
}


@pytest.mark.parametrize("spoilt", list(SPOILT))
def test_what_does_not_fit_is_named(tmp_path: Path, spoilt: str) -> None:
    """Each tensor that is not the network's own in name, shape, kind and value is named with the reason."""
    make, words = SPOILT[spoilt]
    (why,) = misfits(OWN, read_pth(_file(make(), tmp_path)))
    assert re.search(words, why)


@pytest.mark.parametrize("precision", ["float16", "bfloat16", "float64"])
def test_other_precisions_fit(precision: str) -> None:
    """Floating numbers of another width are the same state."""
    assert not misfits(OWN, _spoilt(BIAS, torch.ones(3, dtype=getattr(torch, precision))))


def test_names_in_errors_are_tame() -> None:
    """A name that clears the screen or fills it is shown short and without control characters."""
    (evil, long) = misfits({}, {"\x1b[2Jevil\nline": torch.ones(1), "x" * 200_000: torch.ones(1)})
    assert evil == r"\x1b[2Jevil\nline is unknown"
    assert len(long) < 100
