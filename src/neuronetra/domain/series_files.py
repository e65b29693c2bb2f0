"""The files of a folder, parted by series and patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import field, frozen

from neuronetra.domain.headers import Patient, Refused, SliceHeader
from neuronetra.domain.patients import one_patient_each
from neuronetra.domain.series import LeftOut

_TWO_PATIENTS = "two patients share this SeriesInstanceUID: each has a series of its own here"


@frozen(kw_only=True)
class SeriesFiles:
    """The files of one series and one patient: headers of slices, and files that gave none."""

    uid: str
    headers: tuple[SliceHeader, ...] = field(default=(), repr=False)
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()


def files_by_series(parsed: Iterable[SliceHeader | Refused]) -> tuple[list[SeriesFiles], tuple[LeftOut, ...]]:
    """Series sorted by uid, two patients never in one; and the files that belong to no image series."""
    stated: dict[str, dict[Patient, list[SliceHeader | Refused]]] = {}
    stray: list[LeftOut] = []
    for item in parsed:
        if item.series_uid:
            stated.setdefault(item.series_uid, {}).setdefault(item.patient, []).append(item)
        else:
            stray.append(LeftOut(item.file, item.reason if isinstance(item, Refused) else ""))
    found: dict[tuple[str, Patient], list[SliceHeader | Refused]] = {}
    for uid, files in stated.items():
        meant = one_patient_each(files)
        for patient, items in files.items():
            found.setdefault((uid, meant[patient]), []).extend(items)
    patients = Counter(uid for uid, _ in found)
    series = [_series_files(uid, found[uid, who], patients[uid] > 1) for uid, who in sorted(found)]
    return series, tuple(sorted(stray))


def _series_files(uid: str, items: Iterable[SliceHeader | Refused], shared: bool) -> SeriesFiles:
    headers, refused = [], []
    for item in items:
        if isinstance(item, Refused):
            refused.append(item)
        else:
            headers.append(item)
    warnings = (_TWO_PATIENTS,) if shared else ()
    return SeriesFiles(uid=uid, headers=tuple(headers), refused=tuple(refused), warnings=warnings)
