"""The weights that training begins with: random ones, timm's pretrained ones, or those of a local file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import timm
import torch
from huggingface_hub import constants
from huggingface_hub.utils import get_session  # type: ignore[attr-defined]

from neuronetra.adapters.networks.devices import first_line
from neuronetra.adapters.networks.foreign_state import State
from neuronetra.adapters.networks.timm import SeriesNetwork, build_network
from neuronetra.adapters.networks.weights import fill, read_state
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.locations import LABELS
from neuronetra.domain.recipes import Architecture
from neuronetra.domain.training_run import AUTO, NONE
from neuronetra.errors import TrainingError

_PATIENCE = 5.0
"""Seconds in which the hub must answer: its own library asks for minutes."""


def first_network(spec: ModelSpec, seed: int, pretrained: str) -> SeriesNetwork:
    """The network of ``spec`` with the weights that training begins with.

    ``pretrained``: ``none``, ``auto`` (timm's own way) or a ``.safetensors`` or ``.pth`` file, in which only the
    classifier may be missing or of another shape. What is not given is random by ``seed``. Raises ``TrainingError`` where timm has none or cannot fetch them, ``StoreError`` or
    ``InputNotFoundError`` for a file that does not fit or is not there.
    """
    network = build_network(spec, seed)
    if pretrained == AUTO:
        heads = _classifier(network)  # timm's is a random one, drawn by nobody's seed
        state = {
            name: value
            for name, value in _timm_state(spec.architecture).items()
            if not name.startswith(heads)
        }
        _fill_all_but_classifier(network, state, spec.architecture.timm_name)
    elif pretrained != NONE:
        _fill_all_but_classifier(network, read_state(Path(pretrained)), pretrained)
    return network


def _fill_all_but_classifier(network: SeriesNetwork, state: State, where: str) -> None:
    own, heads = network.backbone.state_dict(), _classifier(network)
    body = {name: value for name, value in state.items() if not name.startswith(heads)}
    head = {
        name: _same_shape(value, state.get(name)) for name, value in own.items() if name.startswith(heads)
    }
    fill(network, {**body, **head}, where)


def _same_shape(own: torch.Tensor, given: torch.Tensor | None) -> torch.Tensor:
    return own if given is None or given.shape != own.shape else given


def _classifier(network: SeriesNetwork) -> tuple[str, ...]:
    """How the names of the classifier's tensors begin, as timm says."""
    named = network.backbone.pretrained_cfg.get("classifier") or ()
    names = (named,) if isinstance(named, str) else tuple(named)
    return tuple(f"{name}." for name in names)


def _timm_state(architecture: Architecture) -> State:
    """What timm loads, from its own cache or the hub, for this architecture and these options."""
    try:
        with torch.random.fork_rng(devices=[]), _hub_that_answers():
            backbone = timm.create_model(
                architecture.timm_name, pretrained=True, num_classes=len(LABELS), **dict(architecture.options)
            )
    except Exception as error:  # whatever the hub's library or the network's own code makes of it
        raise TrainingError(
            "no pretrained weights could be had",
            where=architecture.timm_name,
            found=first_line(error),
            fix="go online once, or use `--pretrained FILE` (.safetensors or .pth), or `--pretrained none`",
        ) from error
    state: State = backbone.state_dict()
    return state


@contextmanager
def _hub_that_answers() -> Iterator[None]:
    """The hub for the block, or only what was fetched from it before where it does not answer soon."""
    before = constants.HF_HUB_OFFLINE
    try:
        constants.HF_HUB_OFFLINE = before or not _answers()
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def _answers() -> bool:
    try:
        get_session().head(constants.ENDPOINT, timeout=_PATIENCE)
    except Exception:  # noqa: BLE001 - of whichever library the session is made
        return False
    return True
