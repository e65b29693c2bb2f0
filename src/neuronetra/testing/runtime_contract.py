"""What every ``ModelRuntime`` promises, as tests: subclass and give ``runtime`` and ``checkpoint``."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from neuronetra.domain.checkpoints import Checkpoint
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.scores import Batch
from neuronetra.errors import StoreError
from neuronetra.ports import ModelRuntime, Scorer

TOLERANCE = 1e-5


def trial(checkpoint: Checkpoint, count: int, seed: int = 0) -> Batch:
    """``count`` seeded images of the size that the checkpoint takes."""
    shape = (count, 3, *checkpoint.spec.input_size)
    images = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    images[:, :, : shape[2] // 2] //= 4  # no image is its own mirror
    return Batch(images, np.full(count, Modality.CTA.code, np.int64))


def part(batch: Batch, rows: list[int]) -> Batch:
    """Those images of a batch, in that order."""
    return Batch(batch.images[rows], batch.modality[rows])


class ModelRuntimeContract:
    """A subclass overrides the fixtures ``runtime`` and ``checkpoint`` (of any scope).

    ``reads_weights`` is False for a runtime that never looks into the checkpoint's file.
    """

    reads_weights = True

    @pytest.fixture
    def runtime(self) -> ModelRuntime:
        """The runtime under test."""
        pytest.fail("a subclass gives this fixture")

    @pytest.fixture
    def checkpoint(self) -> Checkpoint:
        """A checkpoint that the runtime opens: a local file of the kind ``runtime.weights``."""
        pytest.fail("a subclass gives this fixture")

    @pytest.fixture
    def scorer(self, runtime: ModelRuntime, checkpoint: Checkpoint) -> Iterator[Scorer]:
        """The checkpoint, open for one test."""
        with runtime.open(checkpoint) as opened:
            yield opened

    def test_says_what_it_is(self, runtime: ModelRuntime, checkpoint: Checkpoint) -> None:
        """The runtime has the port's methods, one kind of weights, a device and at least one worker."""
        assert isinstance(runtime, ModelRuntime)
        assert runtime.weights == checkpoint.kind
        assert runtime.workers >= 1
        assert runtime.device in ("cpu", "cuda")

    def test_probabilities(self, scorer: Scorer, checkpoint: Checkpoint) -> None:
        """A row of 14 float32 in [0, 1] for each image, never the same for different images."""
        given = scorer.score(trial(checkpoint, 2)).probabilities
        assert given.shape == (2, len(LABELS))
        assert given.dtype == np.float32
        assert given.min() >= 0.0
        assert given.max() <= 1.0
        assert not np.array_equal(given[0], given[1])

    def test_an_image_scores_the_same_in_any_company(self, scorer: Scorer, checkpoint: Checkpoint) -> None:
        """A batch of one gives what a batch of two gives in its rows."""
        both = trial(checkpoint, 2)
        together = scorer.score(both).probabilities
        for row in range(2):
            alone = scorer.score(part(both, [row])).probabilities
            np.testing.assert_allclose(alone[0], together[row], rtol=0, atol=TOLERANCE)

    def test_rows_follow_the_order_of_images(self, scorer: Scorer, checkpoint: Checkpoint) -> None:
        """Images in another order give their rows in that order."""
        batch, order = trial(checkpoint, 3, seed=1), [2, 0, 1]
        straight = scorer.score(batch).probabilities
        turned = scorer.score(part(batch, order)).probabilities
        np.testing.assert_allclose(turned, straight[order], rtol=0, atol=TOLERANCE)

    def test_the_same_batch_scores_the_same_again(
        self, runtime: ModelRuntime, checkpoint: Checkpoint
    ) -> None:
        """Nothing is drawn at random: a second opening gives the same scores."""
        batch = trial(checkpoint, 2, seed=2)
        with runtime.open(checkpoint) as first:
            before = first.score(batch).probabilities
        with runtime.open(checkpoint) as second:
            np.testing.assert_allclose(second.score(batch).probabilities, before, rtol=0, atol=TOLERANCE)

    def test_threads_share_a_scorer(self, scorer: Scorer, checkpoint: Checkpoint) -> None:
        """Four threads at once get each the scores of its own images."""
        batches = [trial(checkpoint, 1 + seed % 2, seed) for seed in range(4)]
        expected = [scorer.score(batch).probabilities for batch in batches]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda batch: scorer.score(batch).probabilities, batches * 2))
        for got, wanted in zip(found, expected * 2, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE)

    def test_the_batch_is_left_alone(self, scorer: Scorer, checkpoint: Checkpoint) -> None:
        """Scoring changes no image, and later scores do not overwrite earlier ones."""
        batch = trial(checkpoint, 2, seed=3)
        images = batch.images.copy()
        first = scorer.score(batch).probabilities
        kept = first.copy()
        scorer.score(trial(checkpoint, 2, seed=4))
        assert np.array_equal(batch.images, images)
        assert np.array_equal(first, kept)

    def test_opened_for_a_single_call(self, runtime: ModelRuntime, checkpoint: Checkpoint) -> None:
        """To spare memory changes no score, for a batch of one and of two."""
        batch = trial(checkpoint, 2, seed=5)
        with runtime.open(checkpoint) as kept, runtime.open(checkpoint, once=True) as spare:
            expected, found = kept.score(batch).probabilities, spare.score(batch).probabilities
            alone = spare.score(part(batch, [1])).probabilities
        np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(alone[0], expected[1], rtol=0, atol=TOLERANCE)

    def test_closing_twice(self, runtime: ModelRuntime, checkpoint: Checkpoint) -> None:
        """A second close does nothing, and another scorer of the member stays open."""
        with runtime.open(checkpoint) as other:
            scorer = runtime.open(checkpoint)
            scorer.close()
            scorer.close()
            assert len(other.score(trial(checkpoint, 1)).probabilities) == 1

    def test_another_file_is_refused(
        self, runtime: ModelRuntime, checkpoint: Checkpoint, tmp_path: Path
    ) -> None:
        """A file that is no network is a ``StoreError`` of one line."""
        if not self.reads_weights:
            pytest.skip("this runtime reads no weights")
        path = tmp_path / f"other.{checkpoint.kind}"
        path.write_bytes(b"this is no network" * 100)
        with pytest.raises(StoreError) as caught:
            runtime.open(evolve(checkpoint, path=str(path))).close()
        assert "\n" not in str(caught.value)
