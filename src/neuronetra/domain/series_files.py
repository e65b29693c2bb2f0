"""The files of a folder, parted by series and patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from attrs import define, field, frozen

from neuronetra.domain.budget import Budget
from neuronetra.domain.headers import Patient, Refused, SliceHeader
from neuronetra.domain.patients import one_patient_each
from neuronetra.domain.series import LeftOut

_TWO_PATIENTS = "two patients share this SeriesInstanceUID: each has a series of its own here"


@frozen(kw_only=True)
class SeriesFiles:
    """The files of one series and one patient: headers of slices, and files that gave none.

    ``excess`` says why there is too much of it to be read; then only the ``names`` of its files are kept.
    """

    uid: str
    headers: tuple[SliceHeader, ...] = field(default=(), repr=False)
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    excess: str = ""
    names: tuple[str, ...] = ()


@define
class FileSorter:
    """Takes what files hold, one after the other, and parts it by series and patient.

    Of a series that exceeds the ``budget`` nothing but the names of its files is kept.
    """

    budget: Budget = field(factory=Budget)
    _stated: dict[str, dict[Patient, list[SliceHeader | Refused]]] = field(factory=dict)
    _stray: list[LeftOut] = field(factory=list)
    _slices: Counter[str] = field(factory=Counter)
    _pixels: Counter[str] = field(factory=Counter)
    _excess: dict[str, str] = field(factory=dict)
    _names: dict[str, list[str]] = field(factory=dict)
    _frames: int = 0
    _many: Counter[str] = field(factory=Counter)

    def add(self, held: Sequence[SliceHeader] | Refused) -> None:
        """The headers of one file's frames, or why it gives no slice."""
        items: Sequence[SliceHeader | Refused] = [held] if isinstance(held, Refused) else held
        uid = items[0].series_uid
        if not uid:
            self._stray.extend(LeftOut(item.file, item.reason) for item in items if isinstance(item, Refused))
            return
        self._slices[uid] += len(items)
        self._pixels[uid] += sum(i.shape[0] * i.shape[1] for i in items if isinstance(i, SliceHeader))
        why = self.budget.excess_of_series(self._slices[uid], self._pixels[uid])
        why = why or self._crowded(uid, len(items))
        if why and uid not in self._excess:
            self._excess[uid] = why
            self._frames -= self._many.pop(uid, 0)
            kept = self._stated.pop(uid, {}).values()
            self._names[uid] = list(dict.fromkeys(item.file for files in kept for item in files))
        if uid in self._excess:
            self._names[uid].append(items[0].file)
            return
        for item in items:
            self._stated.setdefault(uid, {}).setdefault(item.patient, []).append(item)

    def _crowded(self, uid: str, frames: int) -> str:
        """Why a multi-frame file is too much for one scan, whatever its series."""
        if frames == 1 or uid in self._excess:
            return ""
        if self._frames + frames <= self.budget.max_frames:
            self._frames += frames
            self._many[uid] += frames
            return ""
        return (
            f"too large: more than {self.budget.max_frames} frames in one folder; fix: give fewer at a time"
        )

    def series(self) -> list[SeriesFiles]:
        """Series sorted by uid, two patients never in one."""
        found: dict[tuple[str, Patient], list[SliceHeader | Refused]] = {}
        for uid, files in self._stated.items():
            meant = one_patient_each(files)
            for patient, items in files.items():
                found.setdefault((uid, meant[patient]), []).extend(items)
        patients = Counter(uid for uid, _ in found)
        whole = [_series_files(uid, found[uid, who], patients[uid] > 1) for uid, who in sorted(found)]
        refused = [
            SeriesFiles(uid=uid, excess=why, names=tuple(self._names[uid]))
            for uid, why in self._excess.items()
        ]
        return sorted([*whole, *refused], key=lambda one: one.uid)

    def stray(self) -> tuple[LeftOut, ...]:
        """The files that belong to no image series, sorted."""
        return tuple(sorted(self._stray))


def files_by_series(parsed: Iterable[SliceHeader | Refused]) -> tuple[list[SeriesFiles], tuple[LeftOut, ...]]:
    """The series of files of one slice each, and the files that belong to no image series."""
    sorter = FileSorter()
    for item in parsed:
        sorter.add(item if isinstance(item, Refused) else (item,))
    return sorter.series(), sorter.stray()


def _series_files(uid: str, items: Iterable[SliceHeader | Refused], shared: bool) -> SeriesFiles:
    headers, refused = [], []
    for item in items:
        if isinstance(item, Refused):
            refused.append(item)
        else:
            headers.append(item)
    warnings = (_TWO_PATIENTS,) if shared else ()
    return SeriesFiles(uid=uid, headers=tuple(headers), refused=tuple(refused), warnings=warnings)
