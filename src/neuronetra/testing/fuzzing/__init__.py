"""Damaged and contradictory folders for readers of DICOM: made, read in processes of their own, judged.

``python -m neuronetra.testing.fuzzing --minutes 60 --seed 1 --out DIR`` runs for an hour; ``cases`` is the
same as a hypothesis strategy. A folder is a valid series of the testing kit, or a file that pydicom ships,
and one to five mutations of it: of bytes, of elements, of frames, of functional groups, of files.
"""

from __future__ import annotations

from neuronetra.testing.fuzzing.attempts import Problem
from neuronetra.testing.fuzzing.bases import Base, bases
from neuronetra.testing.fuzzing.cases import Case, Mutation, cases
from neuronetra.testing.fuzzing.examination import Examination, examine
from neuronetra.testing.fuzzing.hunt import Hunt, Result

__all__ = [
    "Base",
    "Case",
    "Examination",
    "Hunt",
    "Mutation",
    "Problem",
    "Result",
    "bases",
    "cases",
    "examine",
]
