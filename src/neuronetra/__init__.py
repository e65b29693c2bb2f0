"""Find intracranial aneurysms in head scans: a folder of DICOM files in, 14 probabilities out.

Research software, not a medical device. ``open_predictor`` is the door; everything here is imported
when it is first asked for, so that ``import neuronetra`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuronetra.app.predict import Predictor
    from neuronetra.config import Configuration
    from neuronetra.domain.geometry import ras_to_lps
    from neuronetra.domain.locations import LABELS, Location
    from neuronetra.domain.modality import Modality
    from neuronetra.domain.prediction import Prediction
    from neuronetra.errors import NeuronetraError
    from neuronetra.plugins import Plugin, hookimpl
    from neuronetra.wiring import open_predictor

__all__ = [
    "LABELS",
    "Configuration",
    "Location",
    "Modality",
    "NeuronetraError",
    "Plugin",
    "Prediction",
    "Predictor",
    "hookimpl",
    "open_predictor",
    "ras_to_lps",
]

_HOMES = {
    "LABELS": "neuronetra.domain.locations",
    "Configuration": "neuronetra.config",
    "Location": "neuronetra.domain.locations",
    "Modality": "neuronetra.domain.modality",
    "NeuronetraError": "neuronetra.errors",
    "Plugin": "neuronetra.plugins",
    "Prediction": "neuronetra.domain.prediction",
    "Predictor": "neuronetra.app.predict",
    "hookimpl": "neuronetra.plugins",
    "open_predictor": "neuronetra.wiring",
    "ras_to_lps": "neuronetra.domain.geometry",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("neuronetra")
    if name not in _HOMES:
        raise AttributeError(f"module 'neuronetra' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
