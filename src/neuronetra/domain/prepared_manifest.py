"""The manifest of prepared frames: all that decides their bytes, so that only equal runs share a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.cohort_manifest import manifest_entries
from neuronetra.domain.prepared import Kept
from neuronetra.domain.preprocessing import Preprocessing

NAME = "manifest.json"
SCHEMA = 1
WHAT = "prepared frames of head series, by neuronetra; research only, not for diagnosis"
_DECISIVE = {
    "schema": "the layout",
    "recipe": "the recipe",
    "slices": "which slices are kept",
    "preprocessing": "the preprocessing",
    "reader": "the reader",
    "cohort_digest": "the tables of the cohort",
    "patient_source": "how patients are known",
    "patient_key": "the key of the patients' hashes",
    "synthetic": "whether it is synthetic",
    "versions": "the versions",
}
"""What must be equal for two runs to give the same tree, in the words of an error."""


@frozen
class PreparationPlan:
    """How a cohort is prepared: by the preprocessing of ``recipe``, with ``reader`` and its options.

    ``versions`` are those of the package and of the libraries that decide the bytes.
    """

    recipe: str
    preprocessing: Preprocessing
    kept: Kept
    reader: str
    reader_options: Mapping[str, Any] = field(factory=dict)
    versions: Mapping[str, str] = field(factory=dict)

    def manifest(self, cohort: LabelledSet, patient_key: bytes) -> dict[str, Any]:
        """Plain data for ``manifest.json``. The key in it must not be shown."""
        return {**self._how(), **manifest_entries(cohort, patient_key)}

    @property
    def digest(self) -> str:
        """sha256 (hexadecimal) of all that decides a series' frames: equal for equal bytes, whatever the cohort."""
        text = json.dumps(self._how(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def _how(self) -> dict[str, Any]:
        """The entries that no cohort has a part in; options in one order, whatever the order they were given in."""
        return {
            "schema": SCHEMA,
            "what": WHAT,
            "recipe": self.recipe,
            "slices": self.kept.value,
            "preprocessing": {
                "sha256": self.preprocessing.digest,
                "steps": self.preprocessing.as_document(),
            },
            "reader": {
                "name": self.reader,
                "options": json.loads(json.dumps(dict(self.reader_options), sort_keys=True)),
            },
            "versions": dict(sorted(self.versions.items())),
        }


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """What keeps a run from sharing a folder with those whose manifest is ``found``, in words."""
    for key, words in _DECISIVE.items():
        if found.get(key) == expected[key]:
            continue
        if key in ("recipe", "slices", "schema"):
            yield f"{words} ({str(found.get(key))[:40]}, not {expected[key]})"
        elif key == "versions":
            yield f"{words} of {', '.join(_changed(found.get(key), expected[key]))}"
        else:
            yield words


def _changed(found: object, expected: Mapping[str, str]) -> list[str]:
    """The libraries whose versions differ, with both."""
    there = found if isinstance(found, Mapping) else {}
    names = sorted({*map(str, there), *expected})
    pairs = ((name, there.get(name, "none"), expected.get(name, "none")) for name in names)
    return [f"{name[:40]} ({str(old)[:20]}, not {new})" for name, old, new in pairs if old != new]
