"""``ladder`` and ``evaluate --models`` through the command line, on a store that was trained for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.domain.ladder import rungs_of
from neuronetra.testing.command_line import ALL_DONE, SOME_FAILED, refused, run
from neuronetra.testing.signal_cohort import signal_series, write_signal
from neuronetra.testing.small_training import prepared, recipe_text, trained
from neuronetra.wiring.recipes import recipe_at

SERIES = signal_series(16)


class Trained:
    """A cohort, its frames, and the store that was trained on them: two epochs of one network on two folds."""

    def __init__(self, place: Path) -> None:
        self.cohort = write_signal(place / "cohort", SERIES)
        self.recipe = place / "recipe.toml"
        self.recipe.write_text(recipe_text("ladder", size=32, epochs=2))
        self.frames = prepared(self.cohort, place / "frames", self.recipe)
        self.store = place / "store"
        trained(self.frames, self.store, self.recipe)


@pytest.fixture(scope="module")
def signal(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("ladder"))


def climbed(signal: Trained, *options: object) -> dict[str, Any]:
    done = run("ladder", signal.frames, signal.store, "--bootstraps", 20, "--format", "json", *options)
    assert done.returncode == ALL_DONE, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_a_ladder_is_climbed_and_kept(signal: Trained) -> None:
    """All out of fold, synthetic said; a second ladder takes the kept scores and says the same, seconds too."""
    said = climbed(signal)
    assert (said["series"], said["out_of_fold"]) == (len(SERIES), len(SERIES))
    assert [one["rung"] for one in said["rungs"]] == ["v1", "v2", "v3", "v3_unswapped"]
    assert said["synthetic"] is said["synthetic_model"] is True
    assert said["epoch_choice"]["sentence"] in said["sentences"][-1]
    assert all(one["seconds_whole"] > one["seconds_networks"] > 0 for one in said["rungs"])
    (kept,) = (signal.store / "training").glob("ladder-*")
    files = sorted(kept.iterdir())
    assert climbed(signal) == said
    assert sorted(kept.iterdir()) == files


def test_a_part_that_is_lost_is_scored_again(signal: Trained, tmp_path: Path) -> None:
    """A cache elsewhere, one of its files cut short: the ladder goes on and says the same."""
    plain = climbed(signal, "--cache", tmp_path)
    (part,) = tmp_path.glob("ladder-*/*.npz")
    part.write_bytes(part.read_bytes()[:1000])
    again = climbed(signal, "--cache", tmp_path)
    for one in (*plain["rungs"], *again["rungs"]):
        del one["seconds_networks"], one["seconds_whole"]
    assert plain == again


def test_random_checkpoints_are_exported(signal: Trained) -> None:
    """v2 takes checkpoints that nobody chose: they gain an ONNX file, and what was chosen stays."""
    before = (signal.store / "ensemble.json").read_bytes()
    names = tuple(CheckpointName.parse(path.stem) for path in signal.store.glob("*.safetensors"))
    drawn = {seed: rungs_of(recipe_at(str(signal.recipe)), names, seed)[1].members for seed in range(20)}
    seed = next(seed for seed, members in drawn.items() if unexported(signal.store, members))
    climbed(signal, "--seed", seed)
    assert not unexported(signal.store, drawn[seed])
    assert (signal.store / "ensemble.json").read_bytes() == before
    assert run("models", "verify", signal.store).returncode == ALL_DONE


def unexported(store: Path, members: tuple[CheckpointName, ...]) -> list[str]:
    return [str(name) for name in members if not (store / f"{name}.onnx").exists()]


def test_a_fold_that_is_missing_is_named(signal: Trained, tmp_path: Path) -> None:
    """A store in training, of which a fold is not there, is refused by one line that names it."""
    store = tmp_path / "store"
    shutil.copytree(signal.store, store)
    (store / "ensemble.json").unlink()
    for path in store.glob("*_fold1_*"):
        path.unlink()
    assert "no checkpoint of test_efficientnet fold 1" in refused("ladder", signal.frames, store)


def test_other_frames_are_refused(signal: Trained, tmp_path: Path) -> None:
    """Frames of another preprocessing are one line, of ``ladder`` and of ``evaluate``."""
    other = prepared(signal.cohort, tmp_path / "frames", "v3")
    for command in (("ladder", other, signal.store), ("evaluate", other, "--models", signal.store)):
        assert "prepared with another preprocessing" in refused(*command)


def test_what_excludes_each_other_is_refused(signal: Trained) -> None:
    """Predictions and models at once, all members of none, a result into the store: one line each."""
    predictions, models = ("--predictions", "p.csv"), ("--models", signal.store)
    assert "exclude each other" in refused("evaluate", signal.frames, *predictions, *models)
    assert "--models" in refused("evaluate", signal.frames, "--baselines", "--all-members")
    assert "overwritten" in refused("evaluate", signal.frames, *models, "--out", signal.store / "e.txt")
    assert "overwritten" in refused(
        "ladder", signal.frames, signal.store, "--out", signal.frames / "manifest.json"
    )


def test_a_series_that_fails_is_named_by_number(signal: Trained, tmp_path: Path) -> None:
    """Without its frames a series is missing: exit code 1, a line, and no uid where names are hidden."""
    frames = tmp_path / "frames"
    shutil.copytree(signal.frames, frames)
    gone = min((frames / "frames").iterdir())
    shutil.rmtree(gone)
    done = run("evaluate", frames, "--models", signal.store, "--bootstraps", 20, "--hide-names")
    assert done.returncode == SOME_FAILED
    assert "error: series-1: no such series" in done.stderr
    assert gone.name not in done.stdout + done.stderr


@pytest.mark.parametrize("form", ["table", "html"])
def test_both_say_what_they_are(signal: Trained, tmp_path: Path, form: str) -> None:
    """Table and page of ``evaluate`` and ``ladder`` say synthetic, worthless, and who scored."""
    for command in (("evaluate", signal.cohort, "--models"), ("ladder", signal.cohort)):
        out = tmp_path / f"{command[0]}.{form}"
        done = run(*command, signal.store, "--bootstraps", 20, "--format", form, "--out", out)
        assert done.returncode == ALL_DONE, done.stderr
        text = out.read_text()
        assert "Synthetic cohort" in text
        assert "worthless on patients" in text
        assert "fold0" in text or "v3" in text
