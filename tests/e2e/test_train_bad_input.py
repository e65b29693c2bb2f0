"""``neuronetra train`` on what it cannot use: one clear line each, exit code 2, and nothing half-written."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

torch = pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.adapters.networks.timm import SeriesNetwork
from neuronetra.cli.main import neuronetra
from neuronetra.errors import NeuronetraError
from neuronetra.testing.command_line import ALL_DONE, NONE_DONE, refused, told
from neuronetra.testing.running_command import started, tree
from neuronetra.testing.signal_cohort import SignalSeries, signal_series, write_signal
from neuronetra.testing.small_training import TRAINING, prepared, recipe_text, trained

SERIES = signal_series(16, per_patient=1, size=32)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe, a cohort and its frames. Not to be written to."""
    place = tmp_path_factory.mktemp("given")
    (place / "recipe.toml").write_text(recipe_text(epochs=1, batch=4))
    prepared(write_signal(place / "cohort", SERIES), place / "frames", place / "recipe.toml")
    return place


@pytest.fixture(scope="module")
def whole(given: Path) -> Path:
    """The store of a training that went well. Not to be written to."""
    trained(given / "frames", given / "store", given / "recipe.toml")
    return given / "store"


def told_here(frames: Path, store: Path, recipe: Path | str, *options: object) -> str:
    """The line of a training that fails, without a process of its own: importing torch takes seconds."""
    line = ["train", frames, store, "--recipe", recipe, *TRAINING, *options]
    done = CliRunner().invoke(neuronetra, [*map(str, line)])
    assert isinstance(done.exception, NeuronetraError), (done.output, done.exception)
    assert done.stdout == ""
    said = str(done.exception)
    assert len(said.splitlines()) == 1
    return said


def written(place: Path, **changed: object) -> Path:
    path = place / "changed.toml"
    path.write_text(recipe_text(**{"epochs": 1, "batch": 4, **changed}))  # type: ignore[arg-type]
    return path


def test_a_loss_that_is_no_number(given: Path, tmp_path: Path) -> None:
    """Weights that grow ninefold in each step: training stops, names epoch, batch and series, and keeps no member of it."""
    store = tmp_path / "store"
    plan = {
        "networks": ("test_convnext",),
        "epochs": 20,
        "batch": 1,
        "learning_rate": 10.0,
        "weight_decay": 1.0,
        "final_learning_rate": 10.0,
    }
    line = told_here(given / "frames", store, written(tmp_path, **plan))
    found = re.search(r"epoch (\d+)", line)
    assert found, line
    assert "batch" in line
    assert any(one.built().uid in line for one in SERIES)
    assert "learning rate" in line
    assert not list(store.glob(f"*_epoch{found[1]}_*"))


@pytest.mark.parametrize("error", ["cuda", "memory"])
def test_memory_that_is_too_small(
    error: str, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of memory names the batch size to try."""

    def fails(*_: object) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory") if error == "cuda" else MemoryError

    monkeypatch.setattr(SeriesNetwork, "logits", fails)
    line = told_here(given / "frames", tmp_path / "store", given / "recipe.toml")
    assert "memory" in line
    assert "batch = 2" in line or "batch 2" in line


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes")
def test_no_space_left(given: Path, whole: Path, tmp_path: Path) -> None:
    """A disk that takes no more ends the run with one line; the same command later ends as if nothing had been."""
    store, recipe = tmp_path / "store", given / "recipe.toml"

    def no_large_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))

    command = ("train", given / "frames", store, "--recipe", recipe, *TRAINING)
    with started(*command, preexec_fn=no_large_files) as process:
        _, stderr = process.communicate(timeout=100)
    assert process.returncode == NONE_DONE, stderr
    assert told(stderr)[-1].startswith("error: ")
    assert "Traceback" not in stderr
    assert not list(store.glob("*_score*"))
    trained(given / "frames", store, recipe)
    assert _members(store) == _members(whole)


def _members(store: Path) -> dict[str, str]:
    return {name: digest for name, digest in tree(store).items() if not name.startswith("training/")}


COHORTS: dict[str, tuple[Callable[[], tuple[SignalSeries, ...]], str]] = {
    "one patient is positive": (
        lambda: tuple(evolve(one, lesions=one.lesions if at == 0 else ()) for at, one in enumerate(SERIES)),
        "fold",
    ),
    "nobody is": (lambda: tuple(evolve(one, lesions=()) for one in SERIES), "fold"),
    "everybody is": (lambda: tuple(one for one in SERIES if one.lesions), "fold"),
    "one patient": (lambda: tuple(evolve(one, patient="a") for one in SERIES), "1 patient"),
}


@pytest.mark.parametrize("cohort", list(COHORTS))
def test_folds_that_cannot_be_made(cohort: str, given: Path, tmp_path: Path) -> None:
    """A fold without positives or negatives, and fewer patients than folds, are said before anything is trained."""
    make, words = COHORTS[cohort]
    frames = prepared(write_signal(tmp_path / "cohort", make()), tmp_path / "frames", given / "recipe.toml")
    line = told_here(frames, tmp_path / "store", given / "recipe.toml")
    assert words in line
    assert not tree(tmp_path / "store")


def test_more_folds_than_patients(given: Path, tmp_path: Path) -> None:
    """Seventeen folds of sixteen patients are refused with both numbers."""
    line = told_here(given / "frames", tmp_path / "store", written(tmp_path, folds=17))
    assert "16" in line
    assert "17" in line


def test_frames_of_another_preprocessing(given: Path, tmp_path: Path) -> None:
    """A folder prepared at 48 pixels does not feed a recipe of 32."""
    recipe = written(tmp_path, size=32)
    line = told_here(given / "frames", tmp_path / "store", recipe)
    assert line.endswith(f"fix: prepare it with --recipe {recipe}")
    assert not tree(tmp_path / "store")


def test_dicom_is_to_be_prepared_first(given: Path, tmp_path: Path) -> None:
    """A cohort of DICOM in place of frames says what to do first."""
    recipe = given / "recipe.toml"
    line = told_here(given / "cohort", tmp_path / "store", recipe)
    assert line.endswith(f"fix: prepare it: neuronetra prepare {given / 'cohort'} FRAMES --recipe {recipe}")


def test_a_shipped_recipe_of_other_epochs(given: Path, tmp_path: Path) -> None:
    """What to prepare it with is a name that `prepare` knows, whatever the run's own recipe is called."""
    line = told_here(given / "frames", tmp_path / "store", "v3", "--epochs", 1)
    assert line.endswith("fix: prepare it with --recipe v3")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--architecture", "densenet"), "densenet"),
        (("--folds", "7"), "7"),
        (("--folds", "x"), "x"),
        (("--pretrained", "absent.safetensors"), "absent.safetensors"),
    ],
)
def test_what_the_recipe_has_not(options: tuple[str, ...], words: str, given: Path, tmp_path: Path) -> None:
    """An architecture or fold that is none of the recipe's, and weights that are not there."""
    line = refused("train", given / "frames", tmp_path / "store", "--recipe", given / "recipe.toml", *options)
    assert words in line
    assert not tree(tmp_path / "store")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("folds = 2", "fold = 2"), "folds"),
        (lambda text: text.replace("folds = 2", "folds = '2'"), "folds"),
        (lambda text: text.replace("[training]", "[training"), "TOML"),
        (lambda text: text.replace('name = "tiny"', 'name = "v3"'), "v3"),
        (lambda text: text.replace("learning_rate = 0.003", "learning_rate = 1e10", 1), "learning_rate"),
        (lambda text: text.replace('timm_name = "test_eff', 'timm_name = "test_off'), "test_off"),
    ],
)
def test_recipes_that_are_none(change: Callable[[str], str], words: str, given: Path, tmp_path: Path) -> None:
    """A misspelt key, a value of another kind, broken TOML, a shipped name: the line names the place."""
    text = (given / "recipe.toml").read_text()
    path = tmp_path / "wrong.toml"
    path.write_text(change(text))
    assert path.read_text() != text
    assert words in told_here(given / "frames", tmp_path / "store", path)
    assert not tree(tmp_path / "store")


def test_a_store_in_the_frames(given: Path, tmp_path: Path) -> None:
    """The store may not lie within the prepared folder."""
    frames = shutil.copytree(given / "frames", tmp_path / "frames")
    before = tree(frames)
    assert "store" in told_here(frames, frames / "store", given / "recipe.toml").lower()
    assert tree(frames) == before


@pytest.mark.parametrize("place", ["file", "file/store"])
def test_a_store_that_cannot_be_written(place: str, given: Path, tmp_path: Path) -> None:
    """A file where the store should be, or above it."""
    (tmp_path / "file").write_text("mine")
    assert "file" in told_here(given / "frames", tmp_path / place, given / "recipe.toml")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_damaged_frame(given: Path, tmp_path: Path) -> None:
    """A picture of the right size with other bytes is named with its series; nothing is trained around it."""
    frames = shutil.copytree(given / "frames", tmp_path / "frames")
    picture = sorted(frames.rglob("*.png"))[3]
    content = bytearray(picture.read_bytes())
    content[len(content) // 2] ^= 0x55
    picture.write_bytes(content)
    line = told_here(frames, tmp_path / "store", given / "recipe.toml")
    assert picture.parent.name in line
    assert not list((tmp_path / "store").glob("*_score*"))


@pytest.mark.parametrize("lost", ["the whole folder", "half a picture"])
def test_series_that_are_not_whole(lost: str, given: Path, tmp_path: Path) -> None:
    """A series whose frames are gone or cut off is left out and counted, and the rest is trained on."""
    frames = shutil.copytree(given / "frames", tmp_path / "frames")
    folder = min((frames / "frames").iterdir())
    if lost == "half a picture":
        (folder / "0003.png").write_bytes((folder / "0003.png").read_bytes()[:200])
    else:
        shutil.rmtree(folder)
    line = ["train", frames, tmp_path / "store", "--recipe", given / "recipe.toml", *TRAINING, "--folds", 0]
    done = CliRunner().invoke(neuronetra, [*map(str, line), "--format", "json"])
    assert done.exit_code == ALL_DONE, done.output
    assert "1 series without prepared frames" in done.stderr
    said = json.loads(done.stdout)
    assert (said["left_out"], said["series"]) == (1, len(SERIES) - 1)


def test_a_store_of_another_label_order(given: Path, whole: Path, tmp_path: Path) -> None:
    """Members whose labels stand in another order are neither trained beside nor evaluated."""
    store, recipe = shutil.copytree(whole, tmp_path / "store"), given / "recipe.toml"
    for path in store.glob("*_score*.json"):
        manifest = json.loads(path.read_text())
        manifest["labels"][0], manifest["labels"][1] = manifest["labels"][1], manifest["labels"][0]
        path.write_text(json.dumps(manifest))
    before = tree(store)
    assert "label order" in told_here(given / "frames", store, recipe)
    assert tree(store) == before
    assert "label order" in refused("evaluate", given / "cohort", "--models", store)


class _Payload:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.target),))


@pytest.mark.parametrize("dressed", [True, False])
def test_a_state_that_would_run_code(dressed: bool, given: Path, whole: Path, tmp_path: Path) -> None:
    """A pickle in a state's place, bare or under a state's own first line and checksum: refused, and nothing is run."""
    store, ran = shutil.copytree(whole, tmp_path / "store"), tmp_path / "ran"
    state = min(store.glob("training/*.state"))
    torch.save({"epoch": 1, "extra": _Payload(ran)}, tmp_path / "evil")
    content = (tmp_path / "evil").read_bytes()
    if dressed:
        own = state.read_bytes().split(b"\n", 1)[0]
        digest = hashlib.sha256(content).hexdigest().encode()
        content = own[: own.rindex(b" ") + 1] + digest + b"\n" + content
    state.write_bytes(content)
    line = told_here(given / "frames", store, given / "recipe.toml")
    assert state.name in line
    assert "remove" in line
    assert ("nothing was run" in line) == dressed
    assert not ran.exists()


def test_names_whose_score_does_not_parse(given: Path, whole: Path, tmp_path: Path) -> None:
    """A file in the store that is named almost like a checkpoint is refused, not guessed at."""
    store, recipe = shutil.copytree(whole, tmp_path / "store"), given / "recipe.toml"
    path = min(store.glob("*_score*.json"))
    path.rename(path.with_name(path.name.replace("_score0.", "_score0,")))
    assert "score0," in told_here(given / "frames", store, recipe)
