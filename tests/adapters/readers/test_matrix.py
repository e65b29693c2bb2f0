"""Both readers over the builder's whole matrix: every pair of factor values stands in one series at least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import field, frozen

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.series import Series
from neuronetra.errors import NeuronetraError, SliceError
from neuronetra.ports import SeriesReader
from neuronetra.testing.encoders import word_bits
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.faults import FAULTS, LEFT_OUT, READ, REFUSED, Fault
from neuronetra.testing.file_faults import nothing
from neuronetra.testing.series_builder import BuiltSeries, SeriesPlan, build
from neuronetra.testing.series_plan import POSTURES

SHAPE = (4, 8, 10)
PLANES = {plane.value: {"plane": plane} for plane in (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)}
DIRECTIONS = {"ascending": {}, "descending": {"descending": True}, "turned": {"transpose": True}}
POSES = {"upright": {}, "nodding": {"rotation": (5.0, -8.0, 12.0)}, "tilted": {"tilt": 12.0}}
LAYOUTS: dict[str, Mapping[str, Any]] = {
    "single": {"layout": "single"},
    "classic": {"layout": "classic"},
    "classic, one orientation": {"layout": "classic", "geometry": "first"},
    "enhanced": {"layout": "enhanced"},
    "enhanced, shuffled": {"layout": "enhanced", "frame_order": 7, "shared": ()},
    "enhanced, three files": {"layout": "enhanced", "frame_order": 5, "files": 3},
    "enhanced, echoes": {"layout": "enhanced", "frame_order": 2, "echoes": 2},
    "enhanced, stacks": {"layout": "enhanced", "frame_order": 3, "stacks": 2, "temporal": 2},
}
VALUES: dict[str, Mapping[str, Any]] = {
    "plain": {},
    "signed CT": {"modality": "CT", "signed": True, "slope": 1.0, "intercept": -24.0},
    "slopes": {"slopes": (1.0, 2.5, 0.7312, 3.0, 1.25), "intercept": 3.3},
    "MONOCHROME1": {"monochrome1": True, "signed": True, "slope": 0.3},
    "high bit": {"bits_stored": 10, "high_bit": 11, "signed": True},
    "overlay": {"bits_stored": 11, "overlay": True},
    "padding": {"modality": "CT", "padding": (1, 4), "slope": 1.0, "intercept": -1000.0},
    "16 bits": {"bits_stored": 16},
    "32 bits": {"bits_allocated": 32, "bits_stored": 20},
    "float": {"floating": 32},
    "double": {"floating": 64},
}
PACKINGS: dict[str, Mapping[str, Any]] = {
    "basic table": {},
    "no table": {"offsets": "none"},
    "extended table": {"offsets": "extended"},
    "fragments": {"fragments": 3, "offsets": "none"},
    "fragments, table": {"fragments": 2},
}
ALL_WELL = "no fault"
FACTORS: dict[str, tuple[str, ...]] = {
    "fault": tuple(FAULTS),
    "encoding": tuple(name for name, one in ENCODINGS.items() if one.available),
    "layout": tuple(LAYOUTS),
    "values": tuple(VALUES),
    "packing": tuple(PACKINGS),
    "posture": tuple(POSTURES),
    "plane": tuple(PLANES),
    "direction": tuple(DIRECTIONS),
    "pose": tuple(POSES),
}
Row = dict[str, str]
Pair = tuple[tuple[str, str], tuple[str, str]]


def planned(row: Row) -> SeriesPlan:
    """The plan of a row, or of a part of one."""
    encoding = row.get("encoding", "explicit")
    changes: dict[str, Any] = {"shape": SHAPE, "encoding": encoding}
    for factor, named in (
        ("plane", PLANES),
        ("direction", DIRECTIONS),
        ("pose", POSES),
        ("layout", LAYOUTS),
        ("values", VALUES),
        ("packing", PACKINGS),
    ):
        changes |= named[row[factor]] if factor in row else {}
    plan = SeriesPlan(posture=row.get("posture"), **{**changes, **ENCODINGS[encoding].plan})
    return fault_of(row).planned(plan)


def fault_of(row: Row) -> Fault:
    """What is wrong with a row's files."""
    return FAULTS.get(row.get("fault", ALL_WELL)) or Fault(ALL_WELL, nothing, READ, harmless=True)


def can_be(row: Row) -> bool:
    """Whether a row, or a part of one, is a series that can be stored and spoilt so, and the truth is known.

    It is not where a lossy codestream holds more than the numbers: their rounding is carried over into them.
    """
    plan, fault, encoding = planned(row), fault_of(row), ENCODINGS[row.get("encoding", "explicit")]
    packed = plan.fragments > 1 or plan.offsets != "basic"
    too_wide = plan.top_bit >= plan.bits_allocated or word_bits(plan) > encoding.most_bits
    return not (
        ("layout" in row and plan.layout not in fault.layouts)
        or ("encoding" in row and plan.syntax not in fault.encodings)
        or ("encoding" in row and (packed and not encoding.encapsulated))
        or ("encoding" in row and encoding.whole and plan.fragments > 1)
        or (encoding.encapsulated and (too_wide or plan.floating))
        or (encoding.lossy and (plan.padding is not None or word_bits(plan) > plan.bits_stored))
        or (plan.layout == "classic" and plan.slopes)
        or (row.get("layout", "").endswith(("echoes", "stacks")) and row.get("fault") in UNTOLD)
    )


UNTOLD = ("uneven steps", "false positions", "missing position", "missing orientation")
"""Faults after which the volumes of one file cannot be told apart as they were."""


def covering(factors: Mapping[str, tuple[str, ...]]) -> list[Row]:
    """Rows in which every pair of values that can be together is so at least once; always the same ones."""
    wanted = dict.fromkeys(_pairs_of_values(factors))
    rows: list[Row] = []
    while wanted:
        (one, two) = next(iter(wanted))
        row = _completed(dict([one, two]), factors, wanted)
        if row is None:
            del wanted[one, two]
            continue
        rows.append(row)
        for pair in _pairs(row, factors):
            wanted.pop(pair, None)
    return rows


def _pairs_of_values(factors: Mapping[str, tuple[str, ...]]) -> Iterator[Pair]:
    names = list(factors)
    for i, one in enumerate(names):
        for two in names[i + 1 :]:
            for value in factors[one]:
                for other in factors[two]:
                    if can_be({one: value, two: other}):
                        yield (one, value), (two, other)


def _pairs(row: Row, factors: Mapping[str, tuple[str, ...]]) -> Iterator[Pair]:
    names = list(factors)
    for i, one in enumerate(names):
        for two in names[i + 1 :]:
            yield (one, row[one]), (two, row[two])


def _completed(row: Row, factors: Mapping[str, tuple[str, ...]], wanted: dict[Pair, None]) -> Row | None:
    """The row with a value for each factor, those first that bring most new pairs; ``None``: there is none."""
    missing = next((name for name in factors if name not in row), None)
    if missing is None:
        return row if can_be(row) else None

    def gain(value: str) -> int:
        order = list(factors)
        new = 0
        for name, other in row.items():
            pair = ((missing, value), (name, other))
            new += (pair if order.index(missing) < order.index(name) else pair[::-1]) in wanted
        return new

    values, start = factors[missing], len(wanted) % len(factors[missing])
    for value in sorted((*values[start:], *values[:start]), key=gain, reverse=True):
        tried = {**row, missing: value}
        if can_be(tried) and (done := _completed(tried, factors, wanted)) is not None:
            return done
    return None


WITHOUT_FAULT = covering({**FACTORS, "fault": (ALL_WELL,)})
WITH_FAULT = covering(FACTORS)


def name_of(row: Row) -> str:
    return ", ".join(row[name] for name in FACTORS)


@frozen(eq=False)
class Told:
    """All that a reader makes of a folder: series, their frames, and what it said."""

    series: tuple[Series, ...] = ()
    frames: tuple[Frames, ...] = field(default=(), repr=False)
    errors: tuple[tuple[type, str, Any], ...] = ()

    @property
    def outcome(self) -> str:
        if self.errors or all(one.error for one in self.series):
            return REFUSED
        return LEFT_OUT if any(one.reading.left_out for one in self.series) else READ

    @property
    def texts(self) -> str:
        parts = [str(error[1:]) for error in self.errors]
        for one in self.series:
            parts += [*one.reading.warnings, *(left.reason for left in one.reading.left_out), one.error or ""]
        return "\n".join(parts)


def told_by(reader: SeriesReader, folder: Path) -> Told:
    """What comes of a folder; an error that is none of the package's own passes and fails the test."""
    try:
        series = reader.scan(str(folder))
    except NeuronetraError as error:
        return Told(errors=((type(error), str(error), None),))
    frames, errors = [], []
    for one in series:
        try:
            frames += [reader.load(one, range(one.frame_count))] if one.error is None else []
        except SliceError as error:
            errors.append((type(error), str(error), error.reasons))
    return Told(series, tuple(frames), tuple(errors))


def told_alike(folder: Path, stack: int = 0) -> Told:
    """What both readers make of a folder, which must be the same."""
    one, other = (told_by(make(stack=stack), folder) for make in (PydicomReader, SimpleITKReader))
    assert one.errors == other.errors
    assert one.series == other.series
    assert one.frames == other.frames
    return one


def require_volume(built: BuiltSeries, frames: Frames, number: int = 0) -> None:
    """The builder's volume, to the bit; of a lossy codestream two decoders may round differently."""
    if not built.lossy:
        assert np.array_equal(frames.pixels, built.volumes[number])
        return
    step = max(built.plan.slopes or (built.plan.slope or 1.0,)) * (1 << built.plan.bits_stored) / 4096
    np.testing.assert_allclose(frames.pixels, built.volumes[number], atol=step * 1.01)


@pytest.mark.parametrize("row", WITHOUT_FAULT, ids=name_of)
def test_rules_07_to_23_what_was_built_is_read(tmp_path: Path, row: Row) -> None:
    """Both readers give one series, and it is the builder's: every volume of it, its order, plane and affine."""
    built = build(planned(row))
    built.write(tmp_path)
    for number, affine in enumerate(built.affines):
        told = told_alike(tmp_path, number)
        (series,) = told.series
        assert told.outcome == READ or len(built.volumes) > 1
        assert series.uid == built.uid
        assert len(series.reading.other_stacks) == len(built.volumes) - 1
        assert series.laterality_known == built.verified
        assert any("unverified" in warning for warning in series.reading.warnings) != built.verified
        require_volume(built, told.frames[0], number)
        assert series.geometry is not None
        if built.verified:
            assert series.geometry.plane is built.plan.plane
            assert series.geometry.affine is not None
            np.testing.assert_allclose(series.geometry.affine, affine, atol=1e-5)
        else:
            assert series.geometry.affine is None


@pytest.mark.filterwarnings("ignore:Unknown encoding")
@pytest.mark.parametrize("row", WITH_FAULT, ids=name_of)
def test_rules_20_to_24_what_is_wrong_is_told_alike(tmp_path: Path, row: Row) -> None:
    """Both readers do the same about a fault and say the same; what does no harm changes no value."""
    fault, plan = fault_of(row), planned(row)
    built = build(plan)
    fault.spoil(tmp_path, built.write(tmp_path))
    told = told_alike(tmp_path)
    assert fault.word in told.texts
    expected = fault.expected(plan)
    assert (told.outcome == REFUSED) == (expected == REFUSED)
    assert told.outcome == LEFT_OUT or expected != LEFT_OUT
    if fault.harmless:
        require_volume(built, told.frames[0])


def test_every_pair_is_covered() -> None:
    """Each pair of values that can be together stands in a row, and no row is one that cannot be."""
    for rows, factors in (
        (WITH_FAULT, FACTORS),
        (WITHOUT_FAULT, {**FACTORS, "fault": (ALL_WELL,)}),
    ):
        covered = {pair for row in rows for pair in _pairs(row, factors)}
        missed = [pair for pair in _pairs_of_values(factors) if pair not in covered]
        assert all(_completed(dict(pair), factors, {}) is None for pair in missed)
        assert len(missed) < 0.05 * len(covered)
        assert all(can_be(row) for row in rows)
