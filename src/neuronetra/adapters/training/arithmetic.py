"""What training computes in, and how failures of the computing library are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from neuronetra.adapters.networks.devices import first_line, precision_named
from neuronetra.domain.training_plan import TrainingPlan
from neuronetra.errors import NeuronetraError, TrainingError

AUTO = "auto"
_NO_MEMORY = ("not enough memory", "can't allocate memory", "out of memory", "Cannot allocate memory")
"""How Torch tells of it where it raises a plain ``RuntimeError``."""
_ONE_VALUE = "more than 1 value per channel"
"""Batch normalisation cannot learn from a single number."""


def training_precision(wanted: str, device: str) -> torch.dtype:
    """``auto``: float32 on a CPU, on a GPU bfloat16 where it computes in it, or else float16.

    Raises ``UsageError``.
    """
    if wanted != AUTO:
        return precision_named(wanted, device)
    if device == "cpu":
        return torch.float32
    native = torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if native else torch.float16


def mixed(device: torch.device, precision: torch.dtype) -> AbstractContextManager[object]:
    """Within it networks compute in ``precision`` what bears it."""
    return nullcontext() if precision is torch.float32 else torch.autocast(device.type, precision)


def scaler(precision: torch.dtype) -> torch.amp.GradScaler:
    """Scales losses so that float16 holds their gradients; does nothing for other precisions."""
    return torch.amp.GradScaler("cuda", enabled=precision is torch.float16)


@contextmanager
def told_in_words(plan: TrainingPlan) -> Iterator[None]:
    """Memory that is too small, and whatever else Torch does not bear, as ``TrainingError``."""
    try:
        yield
    except NeuronetraError:
        raise
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _too_large(plan, "GPU" if isinstance(error, torch.OutOfMemoryError) else "machine") from error
    except (RuntimeError, ValueError) as error:
        if any(words in str(error) for words in _NO_MEMORY):
            raise _too_large(plan, "GPU" if "CUDA" in str(error) else "machine") from error
        fix = "make the recipe's batch larger" if _ONE_VALUE in str(error) else ""
        raise TrainingError("Torch could not train the network", found=first_line(error), fix=fix) from error


def _too_large(plan: TrainingPlan, what: str) -> TrainingError:
    found = f"batches of {plan.batch} series"
    if plan.batch == 1:
        return TrainingError(
            f"the {what}'s memory is too small", found=found, fix="take smaller images or a smaller network"
        )
    half = plan.batch // 2
    steps = -(-plan.batch * plan.accumulation // half)
    return TrainingError(
        f"the {what}'s memory is too small",
        found=found,
        fix=f"in the recipe: batch = {half} and accumulation = {steps}",
    )
