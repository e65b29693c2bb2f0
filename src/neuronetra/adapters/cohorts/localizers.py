"""Lesion points of a series, placed in the patient by the headers of the images that they were marked in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import define, field

from neuronetra.adapters.dicom.files import FoundFile, find_files
from neuronetra.adapters.dicom.header import FileHeaders, read_headers
from neuronetra.domain.cohort import LesionPoint
from neuronetra.domain.cohort_points import Mark, lesion_point
from neuronetra.domain.headers import Refused, SliceHeader


@define
class Instances:
    """The images of a series by their instance uids; all files are looked at only where names do not tell."""

    folder: str
    uid: str
    _known: dict[str, FileHeaders] = field(init=False, factory=dict, repr=False)
    _searched: bool = field(init=False, default=False)

    def place(self, mark: Mark) -> LesionPoint:
        """The lesion that a row marks. Raises ``ValueError`` where its image or place is not there."""
        return lesion_point(mark, self.headers(mark.instance_uid))

    def headers(self, instance_uid: str) -> Sequence[SliceHeader]:
        """The header of each frame. Raises ``ValueError`` that says why there is none."""
        found = self._known.get(instance_uid) or self._by_name(instance_uid) or self._by_search(instance_uid)
        if found is None:
            raise ValueError("its instance is not in the series folder")
        if isinstance(found, Refused):
            raise ValueError(f"its instance cannot be used: {found.reason}")
        if found[0].series_uid != self.uid:
            raise ValueError("its instance belongs to another series")
        return found

    def _by_name(self, instance_uid: str) -> FileHeaders | None:
        name = f"{instance_uid}.dcm"
        found = read_headers(FoundFile(str(Path(self.folder, name)), name))
        if _instance(found) != instance_uid:
            return None
        self._known[instance_uid] = found
        return found

    def _by_search(self, instance_uid: str) -> FileHeaders | None:
        if not self._searched:
            self._searched = True
            files, _ = find_files(self.folder)
            for found in map(read_headers, files):
                self._known.setdefault(_instance(found), found)
        return self._known.get(instance_uid)


def _instance(found: FileHeaders) -> str:
    return found.instance_uid if isinstance(found, Refused) else found[0].instance_uid
