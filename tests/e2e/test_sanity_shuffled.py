"""Training that must fail: labels dealt anew among patients are no better than chance where nobody saw the patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.testing.command_line import ALL_DONE, run
from neuronetra.testing.signal_cohort import shuffled, signal_series, write_signal
from neuronetra.testing.small_training import evaluated, prepared, recipe_text, trained

SERIES = shuffled(signal_series(48), seed=3)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort that says nothing, its frames, and a store that learnt it by heart."""
    place = tmp_path_factory.mktemp("shuffled")
    write_signal(place / "cohort", SERIES)
    (place / "recipe.toml").write_text(recipe_text("shuffled", epochs=12))
    prepared(place / "cohort", place / "frames", place / "recipe.toml")
    trained(place / "frames", place / "store", place / "recipe.toml")
    return place


def _holds_chance(figure: dict[str, Any]) -> bool:
    return bool(figure["low"] <= 0.5 <= figure["high"])


def test_shuffled_labels_stay_at_chance(place: Path) -> None:
    """Out of fold the interval of the score holds 0.5, however the epoch was chosen; choosing the best flatters."""
    said = evaluated(place / "cohort", "--models", place / "store")
    assert _holds_chance(said["score"]), said["score"]
    assert _holds_chance(said["present_auc"]), said["present_auc"]
    (choice,) = said["epoch_choice"]["networks"]
    for how in ("last", "other_folds"):
        assert _holds_chance(choice[how]), choice[how]
    assert choice["best"]["value"] > choice["last"]["value"]


def test_what_was_seen_would_be_told_at_once(place: Path) -> None:
    """The same members on the same series, none kept away: a leak would lift the score far above chance."""
    done = run("predict", place / "cohort" / "series", "--models", place / "store", "--format", "csv")
    assert done.returncode == ALL_DONE, done.stderr
    (place / "seen.csv").write_text(done.stdout)
    said = evaluated(place / "cohort", "--predictions", place / "seen.csv")
    assert said["score"]["low"] > 0.6
