"""``neuronetra train`` stopped in every way: the same command again ends in the same store, byte for byte."""

from __future__ import annotations

import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.testing.command_line import refused, told
from neuronetra.testing.running_command import children, running, soon, started, tree
from neuronetra.testing.signal_cohort import signal_series, write_signal
from neuronetra.testing.small_training import TRAINING, prepared, recipe_text, trained

FOLDS, EPOCHS, INTERRUPTED = 2, 6, 130
PROC = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


class Given:
    """Frames, a recipe, and what an undisturbed run makes of them."""

    def __init__(self, place: Path) -> None:
        self.recipe = place / "recipe.toml"
        text = recipe_text("resumed", folds=FOLDS, epochs=EPOCHS, batch=4, accumulation=2)
        self.recipe.write_text(text)
        cohort = write_signal(place / "cohort", signal_series(16))
        self.frames = prepared(cohort, place / "frames", self.recipe)
        trained(self.frames, place / "store", self.recipe)
        self.members = members(place / "store")

    def command(self, store: Path, *, workers: int = 0) -> tuple[object, ...]:
        return ("train", self.frames, store, "--recipe", self.recipe, *TRAINING, "--workers", workers)


def members(store: Path) -> dict[str, str]:
    """Everything in a store but how its run went: weights, manifests, networks, and who is chosen."""
    return {name: digest for name, digest in tree(store).items() if not name.startswith("training/")}


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    # one thread in all of them: sums in another order end in other bits
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield Given(tmp_path_factory.mktemp("given"))


def test_the_undisturbed_run_keeps_every_epoch(given: Given) -> None:
    """Weights and a manifest of every epoch of every job, and the networks of those chosen."""
    for suffix, count in (("safetensors", FOLDS * EPOCHS), ("onnx", FOLDS)):
        assert sum(name.endswith(suffix) for name in given.members) == count
    assert "ensemble.json" in given.members


@PROC
def test_killed_again_and_again(given: Given, tmp_path: Path) -> None:
    """Killed three times at random moments, with a worker, which does not live on; then left alone: the same store."""
    store, chance, killed = tmp_path / "store", random.Random(6), 0  # noqa: S311 - moments
    for _ in range(3):
        with started(*given.command(store, workers=1)) as process:
            before = _progress(store)
            assert soon(lambda: _progress(store) != before or process.poll() is not None)  # noqa: B023
            time.sleep(chance.uniform(0.0, 0.7))
            workers = children(process.pid)
            process.kill()
            process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
        assert soon(lambda: not any(map(running, workers)), 20.0)  # noqa: B023
    assert killed
    trained(given.frames, store, given.recipe)
    assert members(store) == given.members


def test_two_at_once_and_one_interrupted(given: Given, tmp_path: Path) -> None:
    """A second run of one folder is refused in words; the first, stopped by Ctrl-C, is gone on with to the same store."""
    store = tmp_path / "store"
    with started(*given.command(store)) as first:
        assert soon(lambda: _progress(store))
        first.send_signal(signal.SIGSTOP)
        assert "another" in refused(*given.command(store))
        first.send_signal(signal.SIGINT)
        first.send_signal(signal.SIGCONT)
        _, stderr = first.communicate(timeout=100)
    assert first.returncode == INTERRUPTED, stderr
    assert "same command again" in told(stderr)[-1]
    assert "Traceback" not in stderr
    trained(given.frames, store, given.recipe)
    assert members(store) == given.members


def test_folds_of_two_machines(given: Given, tmp_path: Path) -> None:
    """Each fold in a store of its own, all copied into one: the same command ends with the store of one machine."""
    store, other = tmp_path / "store", tmp_path / "other"
    for fold, place in enumerate((store, other)):
        said = trained(given.frames, place, given.recipe, "--folds", fold)
        assert (len(said["missing"]), said["chosen"]) == (FOLDS - 1, [])
    for path in (*other.glob("*_fold1_*"), *other.glob("training/*.state")):
        shutil.copy(path, store / path.relative_to(other))
    assert len(trained(given.frames, store, given.recipe)["chosen"]) == FOLDS
    assert members(store) == given.members


def _progress(store: Path) -> dict[str, float]:
    """What a run has written so far, and when."""
    return {str(path): path.stat().st_mtime for path in store.glob("training/*.state")}
