"""Checkpoints run by Torch, from safetensors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import torch

from neuronetra.adapters.networks.devices import device_named, first_line, precision_named
from neuronetra.adapters.networks.timm import SeriesNetwork, build_network
from neuronetra.adapters.networks.weights import load_weights
from neuronetra.domain.checkpoints import Checkpoint
from neuronetra.domain.scores import Batch, Scores
from neuronetra.errors import ScoringError, UsageError
from neuronetra.ports import Closing


class TorchRuntime:
    """``device`` auto, cpu or cuda; ``precision`` float32, float16 (CUDA alone) or bfloat16; ``threads``.

    Torch spreads each network over the cores itself: members run one after the other.
    """

    weights = "safetensors"
    workers = 1

    def __init__(self, device: str = "auto", precision: str = "float32", threads: int | None = None) -> None:
        self.device = device_named(device)
        self._precision = precision_named(precision, self.device)
        if threads is not None and threads < 1:
            raise UsageError("threads are counted from 1", found=str(threads))
        self._threads = threads

    def open(self, checkpoint: Checkpoint, once: bool = False) -> TorchScorer:  # noqa: ARG002 - the port's
        network = build_network(checkpoint.spec)
        load_weights(network, Path(checkpoint.path))
        return TorchScorer(network.to(self.device), self.device, self._precision, self._threads)


class TorchScorer(Closing):
    """A network held by Torch."""

    def __init__(
        self, network: SeriesNetwork, device: str, precision: torch.dtype, threads: int | None
    ) -> None:
        self._network: SeriesNetwork | None = network
        self._device, self._precision, self._threads = device, precision, threads

    def score(self, batch: Batch) -> Scores:
        network = self._network
        if network is None:
            raise ScoringError("the network is closed")
        images = torch.from_numpy(np.array(batch.images)).to(self._device)
        half = self._precision is not torch.float32
        precision = torch.autocast(self._device, self._precision) if half else nullcontext()
        try:
            with torch.inference_mode(), _thread_count(self._threads), precision:
                given = network(images).float().cpu().numpy()
        except RuntimeError as error:
            raise ScoringError("Torch could not run the network", found=first_line(error)) from error
        return Scores(given)

    def close(self) -> None:
        self._network = None


@contextmanager
def _thread_count(threads: int | None) -> Iterator[None]:
    """Torch's thread count belongs to the process: it is set for the call and put back."""
    if threads is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
