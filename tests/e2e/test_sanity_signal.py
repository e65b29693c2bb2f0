"""Training that must succeed: a bright block on the side named is learnt, and left is left, in a mirror too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.domain.arrays import Float64
from neuronetra.domain.locations import LABELS, MIRROR, Location
from neuronetra.testing.command_line import ALL_DONE, predictions, refused, run
from neuronetra.testing.signal_cohort import SignalSeries, mirrored, signal_series, write_signal
from neuronetra.testing.small_training import evaluated, prepared, recipe_text, trained

SERIES = signal_series(40, size=96)
NETWORKS = ("test_efficientnet", "test_resnet")
FRESH = signal_series(8, seed=5, size=96)


class Trained:
    """A cohort with the signal, its frames, and the store that was trained on them. Not to be written to."""

    def __init__(self, place: Path) -> None:
        self.cohort = write_signal(place / "cohort", SERIES)
        self.recipe = place / "recipe.toml"
        self.recipe.write_text(recipe_text("signal", networks=NETWORKS, epochs=12))
        self.frames = prepared(self.cohort, place / "frames", self.recipe)
        self.store = place / "store"
        trained(self.frames, self.store, self.recipe)


@pytest.fixture(scope="module")
def signal(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("signal"))


def test_a_blatant_signal_is_learnt(signal: Trained) -> None:
    """Out of fold, in every plane: a score and a laterality above 0.95, and above the baselines."""
    said = evaluated(signal.cohort, "--models", signal.store)
    assert (said["series"], said["missing_predictions"]) == (len(SERIES), 0)
    assert said["score"]["value"] > 0.95
    assert said["laterality_accuracy"]["value"] > 0.95
    assert said["score"]["low"] > max(one["value"] for one in said["baselines"].values())
    assert said["synthetic"] is True


def test_frames_and_headers_score_alike(signal: Trained) -> None:
    """The prepared folder is a cohort too: the same series, members and figures as from DICOM."""
    left, right = (evaluated(place, "--models", signal.store) for place in (signal.cohort, signal.frames))
    for key in ("series", "score", "laterality_accuracy", "members", "baselines"):
        assert left[key] == right[key], key


def test_each_series_is_scored_by_who_did_not_see_it(signal: Trained) -> None:
    """Out of fold: the members of one fold alone, held here against the marks in their own manifests."""
    said = evaluated(signal.cohort, "--models", signal.store)["members"]
    assert sum(entry["series"] for entry in said) == len(SERIES)
    seen = {
        path.stem: json.loads(path.read_text())["training"] for path in signal.store.glob("*_score*.json")
    }
    for entry in said:
        assert len(entry["members"]) == len(NETWORKS)
        unseen = [set(seen[name]["validation"]) for name in entry["members"]]
        assert all(len(marks) == entry["series"] for marks in unseen)
        assert unseen[0] == unseen[1]
        assert not unseen[0] & set(seen[entry["members"][0]]["series"])


def test_all_members_are_refused_what_they_saw(signal: Trained) -> None:
    """--all-members on the cohort that was trained on is one line that counts who was seen."""
    line = refused("evaluate", signal.cohort, "--models", signal.store, "--all-members")
    assert f"{len(SERIES)} series" in line
    assert "40 patients" in line


def test_a_new_cohort_gets_all_members(signal: Trained, tmp_path: Path) -> None:
    """Patients whom nobody saw are scored by everyone, asked for or not."""
    fresh = write_signal(tmp_path / "fresh", FRESH)
    for options in ((), ("--all-members",)):
        said = evaluated(fresh, "--models", signal.store, *options)
        (entry,) = said["members"]
        assert (len(entry["members"]), entry["series"]) == (2 * len(NETWORKS), len(FRESH))
        assert said["score"]["value"] > 0.95


def test_left_and_right_swap_in_a_mirror(signal: Trained, tmp_path: Path) -> None:
    """A mirrored cohort gets the swapped predictions within 0.02, in every plane, and they do tell the sides apart."""
    plain, other = (
        _scores(signal.store, tmp_path / "plain", FRESH),
        _scores(signal.store, tmp_path / "mirrored", mirrored(FRESH)),
    )
    assert plain.shape == (len(FRESH), len(LABELS))
    np.testing.assert_allclose(other[:, list(MIRROR)], plain, atol=0.02)
    left, right = (plain[:, side.index] for side in (Location.LEFT_MCA, Location.RIGHT_MCA))
    sides = np.array([(0.0 if one.shown is None else 1.0) for one in FRESH])
    assert np.abs(left - right)[sides > 0].min() > 0.1


def test_an_unswapped_mirror_forgets_the_side(signal: Trained, tmp_path: Path) -> None:
    """The ladder tells: where the mirrored view's labels are not swapped back, score and laterality fall beyond doubt."""
    store = shutil.copytree(signal.store, tmp_path / "store")
    done = run("ladder", signal.cohort, store, "--runtime", "torch", "--bootstraps", 200, "--format", "json")
    assert done.returncode == ALL_DONE, done.stderr
    rungs = {rung["rung"]: rung for rung in json.loads(done.stdout)["rungs"]}
    assert list(rungs) == ["v1", "v2", "v3", "v3_unswapped"]
    assert min(rungs[name]["score"]["value"] for name in ("v1", "v2", "v3")) > 0.95
    assert rungs["v3_unswapped"]["step"]["high"] < 0.0
    assert rungs["v3_unswapped"]["laterality_accuracy"]["value"] < 0.9


def _scores(store: Path, place: Path, series: tuple[SignalSeries, ...]) -> Float64:
    """Probabilities (series, 14) in the order of ``series``."""
    cohort = write_signal(place, series)
    said: dict[str, dict[str, Any]] = {
        one["series_uid"]: one["probabilities"] for one in predictions(cohort / "series", "--models", store)
    }
    uids = [one.built().uid for one in series]
    return np.array([[said[uid][label] for label in LABELS] for uid in uids])
