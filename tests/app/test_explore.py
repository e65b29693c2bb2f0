"""Exploring a cohort, on fakes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neuronetra.app.evaluate import Evaluator
from neuronetra.app.explore import Explorer
from neuronetra.app.survey import ExampleMaker, Surveyor
from neuronetra.domain.cohort import LabelledSeries, LabelledSet, LesionPoint
from neuronetra.domain.exploration import Exploration
from neuronetra.domain.leaks.facts import FactGroup, SeriesFacts, numbers
from neuronetra.domain.leaks.folder import FolderListing
from neuronetra.domain.locations import LABELS, Location
from neuronetra.domain.modality import Modality
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING
from neuronetra.domain.series import Series
from neuronetra.domain.survey import SurveyedSeries
from neuronetra.errors import SeriesError, WorkerError
from neuronetra.testing.fakes import FakePreprocessor, FakeReader, fake_series
from neuronetra.testing.inline_executor import InlineExecutor

QUICK = Evaluator(bootstraps=10)
N = 48


def _labelled(number: int, present: bool) -> LabelledSeries:
    uid = f"1.2.{number}"
    labels = [False] * len(LABELS)
    if present:
        labels[Location.RIGHT_MCA.index] = labels[-1] = True
    points = (LesionPoint(Location.RIGHT_MCA, f"{uid}.3", None, 4.0, 2.0),) if present else ()
    modality = (Modality.CTA, Modality.MRA)[number % 2]
    return LabelledSeries(
        uid, f"/c/series/{uid}", f"{number:064x}", modality, tuple(labels), 50.0, None, points
    )


def _cohort() -> LabelledSet:
    present = np.random.default_rng(1).permutation(np.arange(N) % 2 == 0)
    series = [_labelled(number, bool(label)) for number, label in enumerate(present)]
    return LabelledSet(tuple(sorted(series, key=lambda one: one.uid)), "d")


class _OneReader(FakeReader):
    """The series whose folder it is."""

    def scan(self, path: str, progress: object = None) -> tuple[Series, ...]:
        found = tuple(series for series in self.series if path.endswith(f"/{series.uid}"))
        if not found:
            raise SeriesError("nothing here", where=path)
        return found


def _reader(gain: Callable[[str], float] = lambda _: 1.0, missing: tuple[str, ...] = ()) -> FakeReader:
    cohort = _cohort()
    uids = [one.uid for one in cohort.series if one.uid not in missing]
    chance = np.random.default_rng(0)
    volumes = {uid: (gain(uid) * chance.normal(100, 2, (6, 10, 12))).astype(np.float32) for uid in uids}
    return _OneReader([fake_series(uid, 6) for uid in uids], volumes)


def _listing(folder: str) -> FolderListing:
    return FolderListing(("a.dcm",), (5,), (0.0,), ("series", folder.rpartition("/")[2]))


def _header(_: str) -> SeriesFacts:
    return numbers(FactGroup.HEADER, [("KVP", 120.0)])


def _explored(reader: FakeReader, rows: dict[str, int] | None = None, **options: bool) -> Exploration:
    surveyor = Surveyor(reader, _listing, _header)
    examples = ExampleMaker(reader, FakePreprocessor(), FOUNDING_PREPROCESSING)
    explorer = Explorer(InlineExecutor(), surveyor, examples, QUICK, **options)
    return explorer.explore(_cohort(), rows or {})


def test_nothing_leaks_where_nothing_was_planted() -> None:
    """Series that differ by chance alone give a report without leaks or warnings."""
    found = _explored(_reader())
    assert found.leaks.findings
    assert found.leaks.leaks == ()
    assert found.warnings == ()
    assert found.failed == ()


def test_brightness_tied_to_the_label_is_named() -> None:
    """Positives 5 % brighter are named under pixels, with what to look at, in figures and in words."""
    present = {one.uid: one.present for one in _cohort().series}
    found = _explored(_reader(lambda uid: 1.0 + 0.05 * present[uid]))
    document = found.as_document()
    assert {leak["group"] for leak in document["leaks"]} == {"pixels"}
    assert "brightness, mean" in {leak["fact"] for leak in document["leaks"]}
    (warning,) = found.warnings
    assert warning.startswith("LEAK, pixels: the label can be told from brightness")
    assert warning.endswith(FactGroup.PIXELS.advice)


def test_rows_that_part_the_classes_are_named() -> None:
    """A table that lists positives first is named."""
    ordered = sorted(_cohort().series, key=lambda one: not one.present)
    found = _explored(_reader(), {one.uid: row for row, one in enumerate(ordered)})
    assert [leak["fact"] for leak in found.as_document()["leaks"]] == ["row of the table"]


def test_series_that_cannot_be_read_are_told_and_the_rest_goes_on() -> None:
    """A failed series stands in the report without its path; the others have their facts."""
    gone = _cohort().series[3].uid
    found = _explored(_reader(missing=(gone,)))
    assert found.failed == ((gone, "nothing here"),)
    assert found.warnings == (f"1 of {N} series could not be read",)
    assert sum(found.as_document()["planes"].values()) == N - 1


def test_series_at_which_a_process_dies_are_told() -> None:
    """A worker's death is a failed series, not the end."""

    def dies(one: LabelledSeries) -> SurveyedSeries:
        if one.uid.endswith("7"):
            raise WorkerError("a process died")
        return SurveyedSeries(SeriesFacts())

    explorer = Explorer(InlineExecutor(), dies, lambda _: 1 / 0, QUICK)  # type: ignore[arg-type,return-value]
    found = explorer.explore(_cohort(), {})
    assert {reason for _, reason in found.failed} == {"a process died"}
    assert found.examples == ()


def test_only_a_few_slices_are_loaded() -> None:
    """Of each series five slices are measured, and one of a few is drawn."""
    reader = _reader()
    found = _explored(reader)
    loaded = [len(positions) for _, positions in reader.loaded]
    assert loaded.count(5) == N
    assert len(loaded) <= N + 4 * 4
    assert len(found.examples) == 2 * 2 * 2


def test_examples_show_the_slice_of_the_lesion() -> None:
    """A positive's picture is the slice of its point, marked where that lies; a negative's is not."""
    found = _explored(_reader())
    for example in found.examples:
        assert example.sides == ("R", "L")
        if example.present:
            ((location, row, column),) = example.marks
            assert location is Location.RIGHT_MCA
            assert (row, column) == pytest.approx((2.5 * 22.4 - 0.5, 4.5 * 224 / 12 - 0.5))
        assert example.at_lesion is example.present
        assert example.pixels.shape == (224, 224)


def test_hidden_names_stay_hidden() -> None:
    """With names hidden no uid and no word of a path stands in the document."""
    gone = _cohort().series[3].uid
    found = _explored(_reader(missing=(gone,)), hide_names=True)
    text = repr(found.as_document()) + repr(found.warnings)
    assert "1.2." not in text
    assert "series-4" in text
