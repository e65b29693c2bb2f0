"""Weights of a network as files: safetensors, and state dictionaries brought along. Nothing is unpickled."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from neuronetra.adapters.networks.timm import SeriesNetwork
from neuronetra.errors import InputNotFoundError, StoreError

State = Mapping[str, torch.Tensor]

_WRAPPERS = ("state_dict", "model_state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.", "backbone.", "model.")
_SHOWN = 3
_UNREADABLE = (
    pickle.UnpicklingError,
    struct.error,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What Torch's restricted reader raises on a file that is none of its own."""


def save_weights(network: SeriesNetwork, path: Path) -> None:
    """The backbone's state as safetensors."""
    state = {name: value.contiguous() for name, value in network.backbone.state_dict().items()}
    save_file(state, str(path), metadata={"format": "pt"})
    path.chmod(0o644)  # safetensors makes files that nobody else can read


def load_weights(network: SeriesNetwork, path: Path) -> None:
    """Put the safetensors state at ``path`` into the backbone. Raises ``StoreError`` where it does not fit."""
    fill(network, read_safetensors(path), str(path))


def read_safetensors(path: Path) -> State:
    """The tensors of a safetensors file. Raises ``StoreError``."""
    try:
        state: State = load_file(str(path))
    except (SafetensorError, OSError, ValueError) as error:
        raise StoreError("not a safetensors file", where=str(path), fix="fetch it anew") from error
    return state


def read_state(path: Path) -> State:
    """The state dictionary of a ``.safetensors`` file or of a ``.pth`` file, which may hold tensors alone.

    Raises ``InputNotFoundError`` or ``StoreError``.
    """
    if not path.is_file():
        raise InputNotFoundError("no such file", where=str(path))
    if path.suffix == ".safetensors":
        return read_safetensors(path)
    try:
        given = torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise StoreError(
            "not a state dictionary of tensors alone: refused, nothing was run",
            where=str(path),
            expected="a file that torch.save wrote from network.state_dict()",
        ) from error
    return _unprefixed(_unwrapped(given, path))


def _unwrapped(given: object, path: Path) -> State:
    while isinstance(given, dict) and not all(isinstance(value, torch.Tensor) for value in given.values()):
        inner = next((given[name] for name in _WRAPPERS if isinstance(given.get(name), dict)), None)
        if inner is None:
            break
        given = inner
    if isinstance(given, dict) and given and all(isinstance(v, torch.Tensor) for v in given.values()):
        return given
    raise StoreError("no state dictionary in it", where=str(path), found=type(given).__name__)


def _unprefixed(state: State) -> State:
    """Names without a prefix that all of them share, as wrappers of a network leave it."""
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in state):
            return _unprefixed({name.removeprefix(prefix): value for name, value in state.items()})
    return state


def fill(network: SeriesNetwork, state: State, where: str) -> None:
    """Put ``state`` into the backbone: every name and shape its own, every value finite."""
    own = network.backbone.state_dict()
    wrong = [f"{name} is missing" for name in own if name not in state]
    wrong += [f"{name} is unknown" for name in state if name not in own]
    wrong += [
        f"{name} is {tuple(state[name].shape)}, not {tuple(own[name].shape)}"
        for name in own
        if name in state and state[name].shape != own[name].shape
    ]
    wrong += [
        f"{name} is not finite"
        for name, value in state.items()
        if value.is_floating_point() and not bool(torch.isfinite(value).all())
    ]
    if wrong:
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise StoreError(
            "the weights are not this network's", where=where, found="; ".join(wrong[:_SHOWN]) + more
        )
    network.backbone.load_state_dict(dict(state), strict=True)
