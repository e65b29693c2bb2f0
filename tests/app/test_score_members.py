from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from attrs import define, evolve, field

from neuronetra.app.ensemble import OpenEnsemble
from neuronetra.app.predict import Predictor
from neuronetra.app.score_members import MemberScorer, Scored
from neuronetra.app.score_members_looks import DicomLooks, FrameLooks
from neuronetra.app.score_members_parts import Meter
from neuronetra.app.score_members_reading import TOGETHER
from neuronetra.domain.arrays import Array
from neuronetra.domain.locations import LABELS
from neuronetra.domain.out_of_fold_rows import READING, Part
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.errors import CohortError, StoreError
from neuronetra.testing.fakes import (
    FakePreprocessor,
    FakeReader,
    FakeRuntime,
    fake_series,
    tiny_recipe,
)
from neuronetra.testing.memory_frames import MemoryFrameStore
from neuronetra.testing.memory_store import MemoryStore
from neuronetra.testing.scored_cohort import frames_of, labelled

RECIPE = tiny_recipe()
COHORT = labelled(TOGETHER + 8)
FRAMES = frames_of(COHORT, RECIPE)


@define
class MemoryKept:
    """Parts in a list; ``limit`` of them are taken before the disk is full."""

    held: list[Part] = field(factory=list)
    limit: int = 99

    def parts(self) -> Iterator[Part]:
        return iter(self.held)

    def add(self, part: Part) -> None:
        if len(self.held) == self.limit:
            raise KeyboardInterrupt
        self.held.append(part)


def everyone() -> Array:
    return np.ones((len(COHORT), len(RECIPE.slots)), bool)


def scored(
    runtime: FakeRuntime | None = None,
    wanted: Array | None = None,
    frames: MemoryFrameStore = FRAMES,
    kept: MemoryKept | None = None,
    meter: Meter | None = None,
) -> Scored:
    given = runtime or FakeRuntime()
    opened = given if meter is None else meter.metered(given)
    with OpenEnsemble(MemoryStore.filled(RECIPE), opened) as members:
        scorer = MemberScorer(FrameLooks(frames), members, kept or MemoryKept(), meter)
        return scorer.score(COHORT.series, everyone() if wanted is None else wanted)


def test_members_score_what_they_are_asked_alone() -> None:
    """What a member was not asked stays without a number, and its network never saw it."""
    wanted = everyone()
    wanted[::2, 0] = False
    wanted[5] = False
    runtime = FakeRuntime()
    found = scored(runtime, wanted)
    for column, rows in enumerate(found.rows.values()):
        np.testing.assert_array_equal(~np.isnan(rows).any(axis=(1, 2)), wanted[:, column])
    seen = sum(len(batch) for _, batch in runtime.batches)
    assert seen == wanted.sum() * len(RECIPE.views)
    assert not found.failed


def test_batches_change_nothing() -> None:
    """Scored with others a series gets, to the last bit, what it gets alone, and in the same places."""
    together = scored()
    alone = np.zeros_like(everyone())
    alone[7] = True
    one = scored(wanted=alone)
    for name, rows in together.rows.items():
        np.testing.assert_array_equal(rows[7], one.rows[name][7])


def test_scores_are_those_of_prediction() -> None:
    """From DICOM, every member's rows combine to what the predictor gives of the same files."""
    series = [fake_series(one.uid, 30) for one in COHORT.series[:3]]
    reader = FakeReader.of(*series, seed=3)
    store = MemoryStore.filled(RECIPE)
    entries = [evolve(one, path=reader.path) for one in COHORT.series[:3]]
    with OpenEnsemble(store, FakeRuntime()) as members:
        looks = DicomLooks(reader, FakePreprocessor())
        found = MemberScorer(looks, members).score(entries, np.ones((3, 6), bool))
    with Predictor(reader, FakePreprocessor(), OpenEnsemble(store, FakeRuntime())) as predictor:
        predictions = predictor.predict(reader.path)
    for row, prediction in enumerate(predictions):
        given = np.stack([found.rows[name][row] for name in found.rows])
        restored = [np.stack([v.restore(r) for v, r in zip(RECIPE.views, m, strict=True)]) for m in given]
        assert prediction.scores is not None
        np.testing.assert_allclose(np.mean(restored, axis=(0, 1)), prediction.scores.values, rtol=1e-12)
    assert found.laterality_known.all()


def test_a_series_that_fails_leaves_the_others() -> None:
    """A series without frames is named with its reason; the rest has scores."""
    frames = MemoryFrameStore({uid: held for uid, held in FRAMES.held.items() if uid != COHORT.series[3].uid})
    found = scored(frames=frames)
    assert set(found.failed) == {COHORT.series[3].uid}
    assert "no such series" in found.failed[COHORT.series[3].uid]
    assert all(np.isnan(rows).any(axis=(1, 2)).nonzero()[0].tolist() == [3] for rows in found.rows.values())


def test_scores_that_are_none_are_of_their_series_alone() -> None:
    """Where a network gives no number for one series, that one fails and those beside it do not."""
    bad = FRAMES.held[COHORT.series[4].uid][1]

    @define(eq=False)
    class Picky(FakeRuntime):
        """Its first member gives NaN for the blank series."""

        def open(self, checkpoint, once=False):  # type: ignore[no-untyped-def]
            scorer = FakeRuntime.open(self, checkpoint, once)
            given = scorer.score

            def score(batch):  # type: ignore[no-untyped-def]
                blank = not batch.images.any(axis=(1, 2, 3)).all()
                self.broken = frozenset({scorer.name}) if blank else frozenset()
                return given(batch)

            scorer.score = score  # type: ignore[method-assign]
            return scorer

    blank = bad.with_pixels(np.zeros_like(bad.pixels))
    frames = MemoryFrameStore(
        {**FRAMES.held, COHORT.series[4].uid: (FRAMES.held[COHORT.series[4].uid][0], blank)}
    )
    found = scored(Picky(workers=1), frames=frames)
    assert set(found.failed) == {COHORT.series[4].uid}
    for rows in found.rows.values():
        assert np.isnan(rows).any(axis=(1, 2)).nonzero()[0].tolist() == [4]


def test_what_was_kept_is_not_scored_again() -> None:
    """Ended after its first part, a second call scores the rest alone, and both give what one call gives."""
    kept, whole = MemoryKept(limit=1), scored()
    with pytest.raises(KeyboardInterrupt):
        scored(kept=kept)
    runtime, kept.limit = FakeRuntime(), 99
    found = scored(runtime, kept=kept)
    assert sum(len(batch) for _, batch in runtime.batches) == 8 * len(RECIPE.slots) * len(RECIPE.views)
    for name, rows in whole.rows.items():
        np.testing.assert_array_equal(found.rows[name], rows)
    again = FakeRuntime()
    scored(again, kept=kept)
    assert not again.batches


def test_seconds_are_counted_by_member() -> None:
    """A metered runtime tells how many images each member saw, and how many series were read."""
    ticks = iter(range(10**6))
    found = scored(meter=Meter(lambda: float(next(ticks))))
    assert found.seconds[READING][1] == len(COHORT)
    assert all(found.seconds[name][1] == len(COHORT) * len(RECIPE.views) for name in found.rows)
    assert all(seconds > 0 for seconds, _ in found.seconds.values())


def test_frames_of_another_sampler_end_it() -> None:
    """Frames that were kept for other slices are one error at once, not a failure of every series."""
    other = evolve(RECIPE, pipeline=evolve(RECIPE.pipeline, sampler=SegmentSampler(6, 0.0)))
    with pytest.raises(CohortError, match="not prepared"):
        scored(frames=frames_of(COHORT, other))


def test_a_store_that_breaks_ends_it() -> None:
    """An error of the store is raised, and is no series' own."""
    with pytest.raises(StoreError):
        scored(FakeRuntime(failure=StoreError("gone")))


def test_progress_counts_series() -> None:
    """Progress rises from none to all."""
    told: list[tuple[int, int]] = []
    with OpenEnsemble(MemoryStore.filled(RECIPE), FakeRuntime()) as members:
        scorer = MemberScorer(FrameLooks(FRAMES), members)
        found = scorer.score(COHORT.series, everyone(), lambda done, total: told.append((done, total)))
    assert told == [(0, len(COHORT)), (TOGETHER, len(COHORT)), (len(COHORT), len(COHORT))]
    assert next(iter(found.rows.values())).shape == (len(COHORT), 2, len(LABELS))
