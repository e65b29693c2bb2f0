"""What decides prepared frames is in their manifest, and what would not be heeded is refused."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from neuronetra.config import Configuration
from neuronetra.domain.prepared import Kept
from neuronetra.domain.recipes import V3
from neuronetra.errors import UsageError
from neuronetra.wiring import Wiring
from neuronetra.wiring.preparation import CohortPreparation, source_at


def test_decoders_are_among_the_versions(tmp_path: Path) -> None:
    """Which of them is there, and which one, decides the pixels of lossy images."""
    preparation = CohortPreparation(Wiring(Configuration()), str(tmp_path), V3, Kept.ALL, bytes(32))
    found = preparation.plan.versions
    for name in ("neuronetra", "numpy", "pydicom", "SimpleITK", "pillow"):
        assert found[name] == version(name)


def test_a_modality_for_all_is_refused(tmp_path: Path) -> None:
    """It would be heeded by prediction and not here."""
    with pytest.raises(UsageError, match="their headers tell"):
        source_at(Wiring(Configuration(modality="CTA")), str(tmp_path), None, None)
