"""Weights of a network as files: safetensors, and state dictionaries brought along. Nothing is unpickled."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from neuronetra.adapters.networks.foreign_state import State, misfits, read_pth
from neuronetra.adapters.networks.timm import SeriesNetwork
from neuronetra.errors import InputNotFoundError, StoreError

_SHOWN = 3


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
    return read_pth(path)


def fill(network: SeriesNetwork, state: State, where: str) -> None:
    """Put ``state`` into the backbone: every name and shape its own, every value finite."""
    wrong = misfits(network.backbone.state_dict(), state)
    if wrong:
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise StoreError(
            "the weights are not this network's", where=where, found="; ".join(wrong[:_SHOWN]) + more
        )
    network.backbone.load_state_dict(dict(state), strict=True)
