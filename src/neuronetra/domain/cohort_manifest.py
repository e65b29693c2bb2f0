"""What the manifest of a prepared cohort keeps of the cohort it was made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from neuronetra.domain.cohort import LabelledSeries, LabelledSet, PatientSource
from neuronetra.domain.documents import flag, several, text
from neuronetra.errors import CohortError

NAME = "manifest.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def manifest_entries(cohort: LabelledSet, patient_key: bytes) -> dict[str, Any]:
    """The entries, as plain data; ``from_manifest`` reads them. The key must not be shown."""
    return {
        "cohort_digest": cohort.digest,
        "patient_source": cohort.patient_source.value,
        "patient_key": patient_key.hex(),
        "synthetic": cohort.synthetic,
        "notes": list(cohort.notes),
    }


@frozen
class CohortEntries:
    """The entries, read: digest of the tables, how patients are known and by which key, notes for reports."""

    digest: str
    patient_source: PatientSource
    patient_key: bytes = field(repr=False)
    synthetic: bool
    notes: tuple[str, ...] = ()

    def cohort(self, series: tuple[LabelledSeries, ...], *notes: str) -> LabelledSet:
        """The cohort of these series, with further notes."""
        return LabelledSet(
            series, self.digest, self.patient_source, (), (*self.notes, *notes), self.synthetic
        )


def from_manifest(document: object) -> CohortEntries:
    """The entries in a manifest's plain data; others are ignored. Raises ``CohortError``."""
    if not isinstance(document, Mapping):
        raise _damaged("no keys")
    try:
        return CohortEntries(
            _digest(document["cohort_digest"]),
            PatientSource(text(document["patient_source"])),
            bytes.fromhex(_digest(document["patient_key"])),
            flag(document["synthetic"]),
            tuple(map(text, several(document["notes"]))),
        )
    except KeyError as error:
        raise _damaged(f"no {error}") from None
    except ValueError:
        raise _damaged("an entry of another kind than it should be") from None


def _digest(value: object) -> str:
    if not _SHA256.fullmatch(text(value)):
        raise ValueError("no sha256")
    return text(value)


def _damaged(found: str) -> CohortError:
    return CohortError(
        "not the manifest of a prepared cohort", where=NAME, found=found, fix="prepare the cohort again"
    )
