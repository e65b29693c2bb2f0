"""State dictionaries from elsewhere (``.pth``): read without unpickling, and held strictly against a network's own.

Torch's restricted reader runs nothing, but what it gives may still be anything: dictionaries that hold themselves,
tensors of 4 TB over one stored number, sparse, quantised or complex ones, archives that unpack to a thousand times
their size. All of that is refused in one line.
"""

from __future__ import annotations

import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from neuronetra.errors import StoreError

State = Mapping[str, torch.Tensor]

_WRAPPERS = ("state_dict", "model_state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.", "backbone.", "model.")
_DEEPEST = 8
_LONGEST_NAME = 80
_DAMAGED = (
    pickle.UnpicklingError,
    struct.error,
    zipfile.BadZipFile,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What Torch's restricted reader raises on bytes that ``torch.save`` did not write."""


def read_pth(path: Path) -> State:
    """The tensors of a file that ``torch.save`` wrote of a network's state, without wrappers and common prefixes.

    Nothing in it is run. Raises ``StoreError`` for anything else.
    """
    try:
        _require_plain_archive(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch speaks of its own storages
            given = torch.load(path, map_location="cpu", weights_only=True)
    except _DAMAGED as error:
        raise StoreError(
            "not a state dictionary of tensors alone: refused, nothing was run",
            where=str(path),
            expected="a file that torch.save wrote from network.state_dict()",
        ) from error
    return _unprefixed(_unwrapped(given, path))


def _require_plain_archive(path: Path) -> None:
    """Torch stores its records as they are: a packed one would take more memory than its file has bytes."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        records = archive.infolist()
    if any(one.compress_type != zipfile.ZIP_STORED or one.file_size != one.compress_size for one in records):
        raise ValueError("packed records")
    if sum(one.file_size for one in records) > path.stat().st_size:
        raise ValueError("records that share their bytes")


def _unwrapped(given: object, path: Path) -> State:
    for _ in range(_DEEPEST):
        if not isinstance(given, dict) or all(isinstance(value, torch.Tensor) for value in given.values()):
            break
        given = next((given[name] for name in _WRAPPERS if isinstance(given.get(name), dict)), None)
    if (
        not isinstance(given, dict)
        or not given
        or not all(_is_named_tensor(entry) for entry in given.items())
    ):
        raise StoreError("no state dictionary in it", where=str(path), expected="names and tensors alone")
    return given


def _is_named_tensor(entry: tuple[object, object]) -> bool:
    return isinstance(entry[0], str) and isinstance(entry[1], torch.Tensor)


def _unprefixed(state: State) -> State:
    """Names without the prefixes that all of them share, as wrappers of a network leave them."""
    for _ in range(_DEEPEST):
        shared = next((prefix for prefix in _PREFIXES if all(map(_begins_with(prefix), state))), "")
        state = {name.removeprefix(shared): value for name, value in state.items()}
    return state


def _begins_with(prefix: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(prefix)


def misfits(own: State, given: State) -> list[str]:
    """What keeps ``given`` from being the state of a network whose state is ``own``, a few words each; none where it fits.

    Every name and shape must be there and no other; values are dense, finite in the network's own precision, and
    whole numbers where its own are.
    """
    wrong = [f"{_shown(name)} is missing" for name in own if name not in given]
    wrong += [f"{_shown(name)} is unknown" for name in given if name not in own]
    found = ((name, _misfit(own[name], given[name])) for name in own if name in given)
    return wrong + [f"{_shown(name)} is {why}" for name, why in found if why]


def _shown(name: object) -> str:
    """A name from a file, short and without control characters."""
    return ascii(name)[1:-1][:_LONGEST_NAME]


def _misfit(own: torch.Tensor, given: torch.Tensor) -> str:
    """Why one tensor cannot take another's place; empty where it can."""
    if given.layout != torch.strided or given.is_quantized or given.is_meta:
        return "not a plain tensor"
    if given.shape != own.shape:
        return f"{tuple(given.shape)}, not {tuple(own.shape)}"
    if _kind(given) != _kind(own):
        return f"{_word(given)}, not {_word(own)}"
    return "" if bool(torch.isfinite(given.to(own.dtype)).all()) else "not finite"


def _kind(tensor: torch.Tensor) -> str:
    if tensor.is_complex() or tensor.dtype is torch.bool:
        return _word(tensor)
    return "floating" if tensor.is_floating_point() else "whole"


def _word(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
