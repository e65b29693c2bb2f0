"""The use case: what a shard lacks is prepared, what fails is told, and what cannot go on ends at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from attrs import evolve

from neuronetra.app.loading_times import loading_times
from neuronetra.app.prepare import Preparation
from neuronetra.app.preparing import Done, SeriesPreparer
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.cohort_table import NAME
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import Kept
from neuronetra.domain.prepared_tables import FAILURES, MAPPING, failures_from
from neuronetra.domain.recipes import Pipeline
from neuronetra.domain.shards import Shard
from neuronetra.errors import CohortError, OutputError, SeriesError, SliceError
from neuronetra.testing.fakes import FakePreprocessor, FakeReader, fake_series, tiny_recipe
from neuronetra.testing.inline_executor import InlineExecutor
from neuronetra.testing.memory_frames import MemoryFrameStore, MemoryPlace

UIDS = ("1.1", "1.2", "1.3", "1.4", "1.5")
PIPELINE: Pipeline = tiny_recipe().pipeline


def entry(uid: str, path: str = "scan") -> LabelledSeries:
    return LabelledSeries(uid, path, "ab" * 32, Modality.T2, (False,) * len(LABELS))


COHORT = LabelledSet(tuple(map(entry, UIDS)), "0" * 64)


@pytest.fixture
def reader() -> FakeReader:
    """A folder with all series, of different lengths."""
    return FakeReader.of(*(fake_series(uid, 9 + number) for number, uid in enumerate(UIDS)))


@pytest.fixture
def store() -> MemoryFrameStore:
    return MemoryFrameStore()


def preparer(reader: FakeReader, store: MemoryFrameStore, kept: Kept = Kept.ALL) -> SeriesPreparer:
    return SeriesPreparer(reader, FakePreprocessor(), store, PIPELINE, kept, lambda _: 10)


def preparation(
    work: Callable[[LabelledSeries], Done], store: MemoryFrameStore, place: MemoryPlace | None = None
) -> Preparation:
    return Preparation(place or MemoryPlace(), store, InlineExecutor(), work)


def test_all_are_prepared_and_counted(reader: FakeReader, store: MemoryFrameStore) -> None:
    """Every slice of every series, by the modality that was resolved, with totals and progress."""
    place, told, slices = MemoryPlace(), [], []
    work = preparer(reader, store)
    done = preparation(work.prepare, store, place).run(
        COHORT, {}, Shard(), lambda *counts: told.append(counts), slices.append
    )
    assert (done.made, done.there_before, dict(done.failures)) == (5, 0, {})
    assert (done.totals.series, done.totals.slices) == (5, sum(slices)) == (5, 9 + 10 + 11 + 12 + 13)
    assert done.totals.source_bytes == 10 * sum(slices)
    assert told[-1] == (5, 5)
    assert len(place.texts[MAPPING].splitlines()) == 1 + sum(slices)
    assert {store.series(uid).modality for uid in store.uids()} == {Modality.CTA}
    assert not place.is_open


def test_what_is_there_is_left(reader: FakeReader, store: MemoryFrameStore) -> None:
    """A second run asks for nothing, and says what there is."""
    run = preparation(preparer(reader, store).prepare, store).run
    run(COHORT, {}, Shard())
    reader.loaded.clear()
    done = run(COHORT, {}, Shard())
    assert (done.made, done.there_before, done.totals.series) == (0, 5, 5)
    assert not reader.loaded


def test_failures_are_kept_until_they_are_mended(reader: FakeReader, store: MemoryFrameStore) -> None:
    """Those of other shards stay in the table, a shard's own are tried again, and a success ends one."""
    place = MemoryPlace()
    run = preparation(preparer(reader, store).prepare, store, place).run
    reader.failures = {uid: SeriesError("no good", where=uid) for uid in ("1.1", "1.2", "1.3")}
    assert dict(run(COHORT, {}, Shard(1, 2)).failures) == {"1.1": "no good", "1.3": "no good"}
    assert dict(run(COHORT, {}, Shard(2, 2)).failures) == {"1.2": "no good"}
    assert [uid for uid, _ in failures_from(place.texts[FAILURES])] == ["1.1", "1.2", "1.3"]
    reader.failures = {"1.3": SeriesError("no good still", where="1.3")}
    run(COHORT, {}, Shard(1, 2))
    assert dict(failures_from(place.texts[FAILURES])) == {"1.2": "no good", "1.3": "no good still"}
    reader.failures = {}
    run(COHORT, {}, Shard())
    assert not dict(failures_from(place.texts[FAILURES]))


def test_slices_that_could_not_be_had_are_tried_again(reader: FakeReader, store: MemoryFrameStore) -> None:
    """What was lost for a moment, as for want of memory, is there in the end; other series are left alone."""
    run = preparation(preparer(reader, store).prepare, store).run
    reader.unreadable = {"003.dcm": "cannot be decoded"}
    assert run(LabelledSet(COHORT.series[:1], "0" * 64), {}, Shard()).totals.lost == 1
    reader.unreadable = {}
    again = run(COHORT, {}, Shard())
    assert (again.made, again.there_before, again.totals.lost) == (5, 0, 0)
    assert store.series("1.1").indices == tuple(range(9))
    assert run(COHORT, {}, Shard()).made == 0


def test_a_series_prepared_in_another_way_is_made_anew(reader: FakeReader, store: MemoryFrameStore) -> None:
    """Shards of two kinds that were copied together do not pass for one: no table lists them side by side."""
    others = evolve(preparer(reader, store, Kept.SAMPLED), made_by="other").prepare
    others(COHORT.series[0])
    others(COHORT.series[1])
    place = MemoryPlace()
    work = evolve(preparer(reader, store), made_by="ours").prepare
    ours = Preparation(place, store, InlineExecutor(), work, "ours")
    first = ours.run(COHORT, {}, Shard(1, 2))
    assert (first.made, first.totals.uids) == (3, ["1.1", "1.3", "1.5"])
    assert {line.split(",")[0] for line in place.texts[MAPPING].splitlines()[1:]} == {"1.1", "1.3", "1.5"}
    assert ours.run(COHORT, {}, Shard()).totals.uids == list(UIDS)
    assert {store.series(uid).made_by for uid in UIDS} == {"ours"}


def test_tables_are_of_the_cohort_alone(reader: FakeReader, store: MemoryFrameStore) -> None:
    """A series that the cohort no longer has, its folder being gone, has labels in no table and frames in none."""
    place = MemoryPlace()
    run = preparation(preparer(reader, store).prepare, store, place).run
    run(COHORT, {}, Shard())
    assert run(LabelledSet(COHORT.series[1:], "0" * 64), {}, Shard()).totals.series == 4
    assert "\n1.1," not in place.texts[MAPPING] + place.texts[NAME]


def test_a_full_disk_ends_it_at_once(reader: FakeReader, store: MemoryFrameStore) -> None:
    """An error of the place is no failure of a series: the first ends the run, and no table is written."""
    place, asked = MemoryPlace(), []
    store.refusal = OutputError("cannot be written", found="No space left on device")

    def work(one: LabelledSeries) -> Done:
        asked.append(one.uid)
        return preparer(reader, store).prepare(one)

    with pytest.raises(OutputError, match="No space left"):
        preparation(work, store, place).run(COHORT, {}, Shard())
    assert asked == ["1.1"]
    assert not place.texts
    assert not place.is_open


def test_an_accident_is_a_failure_of_one(reader: FakeReader, store: MemoryFrameStore) -> None:
    """What a plug-in throws is told by its type; the next series is prepared."""
    reader.failures = {"1.2": KeyError("DOE^JANE")}
    done = preparation(preparer(reader, store).prepare, store).run(COHORT, {}, Shard())
    assert done.made == 4
    assert "KeyError" in done.failures["1.2"]
    assert "DOE" not in done.failures["1.2"]


@pytest.mark.parametrize("kept", Kept)
def test_a_series_that_is_not_in_its_folder(kept: Kept, reader: FakeReader, store: MemoryFrameStore) -> None:
    """It fails in words that name no folder."""
    done = preparation(preparer(reader, store, kept).prepare, store).run(
        LabelledSet((entry("9.9"), entry("9.99", "/secret/place")), "0" * 64), {}, Shard()
    )
    assert "not in its folder; found 5 of another uid" in done.failures["9.9"]
    assert "secret" not in done.failures["9.99"]


@pytest.mark.parametrize("kept", Kept)
def test_a_series_of_damaged_slices_alone(kept: Kept, reader: FakeReader, store: MemoryFrameStore) -> None:
    """It fails with the reason that is most frequent, and leaves nothing."""
    reader.unreadable = {f"{number:03}.dcm": "truncated" for number in range(20)}
    with pytest.raises(SeriesError, match="no slice of the series can be read: truncated"):
        preparer(reader, store, kept).prepare(COHORT.series[0])
    assert not store.held


def test_a_reader_that_blames_others(reader: FakeReader, store: MemoryFrameStore) -> None:
    """A plug-in that names slices which nobody asked for does not hang the work."""
    reader.failures = {"1.1": SliceError({"another.dcm": "damaged"})}
    with pytest.raises(SeriesError, match="none of its slices"):
        preparer(reader, store).prepare(COHORT.series[0])


def test_a_short_series_sampled(store: MemoryFrameStore) -> None:
    """Where the sampler repeats slices each is kept once, and chosen as often as it says."""
    reader = FakeReader.of(fake_series("1.1", 3))
    preparer(reader, store, Kept.SAMPLED).prepare(COHORT.series[0])
    prepared = store.series("1.1")
    assert prepared.indices == (0, 1, 2)
    chosen = prepared.chosen(PIPELINE.sampler)
    assert len(chosen) == PIPELINE.sampler.count
    frames = reader.load(reader.series[0], chosen)
    expected = FakePreprocessor().apply(frames, PIPELINE.preprocessing, Modality.CTA)
    assert np.array_equal(store.read("1.1", chosen).pixels, expected.pixels)


def test_a_patient_that_is_no_hash_reaches_no_table(reader: FakeReader, store: MemoryFrameStore) -> None:
    """A cohort whose patients are not hashed is refused where it would be written."""
    named = LabelledSeries("1.1", "scan", "DOE^JANE", Modality.T2, (False,) * len(LABELS))
    with pytest.raises(CohortError, match="keyed hash") as raised:
        preparation(preparer(reader, store).prepare, store).run(LabelledSet((named,), "0" * 64), {}, Shard())
    assert "DOE" not in str(raised.value)


@pytest.mark.parametrize(("count", "measured"), [(0, 0), (1, 1), (5, 5)])
def test_loading_times(count: int, measured: int, reader: FakeReader, store: MemoryFrameStore) -> None:
    """A few series, each once before it is measured; none gives nothing."""
    work, ticks = preparer(reader, store), iter(range(1000))
    for one in COHORT.series[:count]:
        work.prepare(one)
    times = loading_times(work, COHORT.series[:count], lambda: float(next(ticks)))
    if not measured:
        assert times is None
        return
    assert times is not None
    assert (times.series, times.frames) == (measured, PIPELINE.sampler.count)
    assert (times.stored, times.dicom) == (1.0, 1.0)
    assert times.as_document()["png_ms"] == 1000.0
