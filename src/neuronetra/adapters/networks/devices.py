"""Where and how exactly Torch computes, by the names that users type."""

from __future__ import annotations

import torch

from neuronetra.errors import UsageError

PRECISIONS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def device_named(wanted: str) -> str:
    """``cpu`` or ``cuda``; ``auto`` is the latter where Torch sees a GPU. Raises ``UsageError``."""
    if wanted not in {"auto", "cpu", "cuda"}:
        raise UsageError("unknown device", found=repr(wanted), expected="auto, cpu or cuda")
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise UsageError(
            "Torch sees no CUDA device", fix="use --device cpu, or install a CUDA build and a driver"
        )
    return wanted


def precision_named(precision: str, device: str) -> torch.dtype:
    """The type that networks compute in on ``device``. Raises ``UsageError``."""
    if precision not in PRECISIONS:
        raise UsageError("unknown precision", found=repr(precision), expected=" or ".join(PRECISIONS))
    if precision == "float16" and device == "cpu":
        raise UsageError("float16 needs a GPU", fix="use bfloat16 or float32, or --device cuda")
    return PRECISIONS[precision]


def first_line(error: Exception) -> str:
    """What an error of Torch says first, shortened; its kind where it says nothing."""
    told = str(error).strip()
    return told.splitlines()[0][:200] if told else type(error).__name__
