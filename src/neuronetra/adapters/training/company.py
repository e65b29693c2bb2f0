"""The processes that train one network together, as ``torchrun`` starts them, or one alone."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from attrs import frozen
from torch import distributed

from neuronetra.adapters.networks.devices import first_line
from neuronetra.errors import TrainingError, UsageError


@frozen
class Company:
    """Process ``rank`` of ``world``, which computes on ``device``. The one of rank 0 leads.

    All of them make the same calls in the same order. Each raises ``TrainingError`` where another is gone.
    """

    rank: int
    world: int
    device: torch.device

    @classmethod
    def of_environment(cls, device: str) -> Company:
        """What ``torchrun`` says, or a company of one. Raises ``UsageError`` where there are too few GPUs."""
        rank, world, local = (_said(name, usual) for name, usual in _VARIABLES)
        if not 0 <= rank < world:
            raise UsageError("RANK is no number below WORLD_SIZE", found=f"{rank} of {world}", fix=_FIX)
        if device != "cuda":
            return cls(rank, world, torch.device("cpu"))
        if not 0 <= local < torch.cuda.device_count():
            found = f"{torch.cuda.device_count()} GPUs"
            raise UsageError("more processes than GPUs", found=found, fix="lower torchrun's --nproc-per-node")
        return cls(rank, world, torch.device("cuda", local))

    @property
    def leads(self) -> bool:
        """Whether this process writes and speaks."""
        return self.rank == 0

    def meet(self) -> None:
        """Wait for all of them; the first time they find each other."""
        if self.world == 1:
            return
        if not distributed.is_initialized():
            self._found()
        self.any(False)

    def any(self, mine: bool) -> bool:
        """Whether one of them says so."""
        if self.world == 1:
            return mine
        said = torch.tensor([float(mine)], device=self.device)
        return bool(self.summed(said).item() > 0.0)

    def summed(self, values: torch.Tensor) -> torch.Tensor:
        """The sum over all of them, in place."""
        if self.world > 1:
            _together(lambda: distributed.all_reduce(values))
        return values

    def led(self, values: Iterable[torch.Tensor]) -> None:
        """Put the leader's values in place of those of the others."""
        if self.world > 1:
            for value in values:
                _together(partial(distributed.broadcast, value, 0))

    def share_gradients(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Gradients become their sums over all of them; a parameter that none has a gradient of gets none."""
        if self.world == 1 or not parameters:
            return
        first = parameters[0]
        has = torch.tensor([float(p.grad is not None) for p in parameters], device=first.device)
        flat = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        packed = self.summed(torch.cat([has, *(gradient.reshape(-1) for gradient in flat)]))
        at = len(parameters)
        for parameter, some in zip(parameters, packed[:at].tolist(), strict=True):
            part = packed[at : at + parameter.numel()].view(parameter.shape)
            at += parameter.numel()
            if some:
                parameter.grad = torch.empty_like(parameter).copy_(part)

    def _found(self) -> None:
        backend = "nccl" if self.device.type == "cuda" else "gloo"
        if backend == "nccl":
            torch.cuda.set_device(self.device)
        _together(lambda: distributed.init_process_group(backend))
        atexit.register(_part)


_VARIABLES = (("RANK", 0), ("WORLD_SIZE", 1), ("LOCAL_RANK", 0))
_FIX = "start it by torchrun, or without these variables"


def _said(name: str, usual: int) -> int:
    value = os.environ.get(name, str(usual))
    if not value.isdigit():
        raise UsageError(f"{name} is no number", found=repr(value[:20]), fix=_FIX)
    return int(value)


def _together(call: Callable[[], object]) -> None:
    try:
        call()
    except (RuntimeError, ValueError) as error:  # torch's own errors of distribution are RuntimeErrors
        raise TrainingError(
            "the processes that train together lost each other",
            found=first_line(error),
            fix="look at the messages of the others, and run the same command again: it goes on",
        ) from error


def _part() -> None:
    if distributed.is_initialized():
        distributed.destroy_process_group()
