"""``neuronetra train`` through the command line: in parts, in processes, interrupted, and what is chosen at the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra train")

from click.testing import CliRunner, Result

from neuronetra.cli.main import neuronetra
from neuronetra.domain.notices import SYNTHETIC_NOTICE
from neuronetra.errors import OutputError, StoreError, TrainingError
from neuronetra.testing.command_line import ALL_DONE, predictions
from neuronetra.testing.running_command import soon, started, tree
from neuronetra.testing.signal_cohort import signal_series, write_signal
from neuronetra.testing.small_training import TRAINING, prepared, recipe_text, trained

EPOCHS = 2
NETWORK = "test_efficientnet"


class Given:
    """A cohort, its frames and a recipe of one network and two folds. Not to be written to."""

    def __init__(self, place: Path) -> None:
        self.recipe = place / "recipe.toml"
        self.recipe.write_text(recipe_text("small", networks=(NETWORK,), epochs=EPOCHS, size=32))
        self.cohort = write_signal(place / "cohort", signal_series(16))
        self.frames = prepared(self.cohort, place / "frames", self.recipe)
        self.store = place / "store"
        self.said = trained(self.frames, self.store, self.recipe)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Here and in processes of their own: sums in another order end in other bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Given:
    return Given(tmp_path_factory.mktemp("trained"))


def here(*line: object) -> Result:
    """The command without a process of its own: importing torch takes seconds."""
    return CliRunner().invoke(neuronetra, [*map(str, line)])


def trained_here(given: Given, store: Path, *options: object) -> dict[str, Any]:
    """What ``train --format json`` says of a training that ends well."""
    line = ("train", given.frames, store, "--recipe", given.recipe, *TRAINING, *options, "--format", "json")
    done = here(*line)
    assert done.exit_code == ALL_DONE, (done.output, done.exception)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def log(store: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (store / "training" / "log.jsonl").read_text().splitlines()]


def test_the_result_tells_of_each_network(given: Given) -> None:
    """Best and last score beside the baseline, what is chosen and exported, and that best scores flatter."""
    said = given.said
    assert (said["synthetic"], said["missing"], said["left_out"]) == (True, [], 0)
    assert said["patient_source"] == "PatientID column of train.csv"
    assert [job["job"] for job in said["jobs"]] == [f"{NETWORK}_fold0", f"{NETWORK}_fold1"]
    for job in said["jobs"]:
        assert job["done"] is True
        assert job["epochs"] == job["of_epochs"] == EPOCHS
        assert job["score"] >= job["last_score"]
        assert 0.0 <= job["baseline"] <= 1.0
    assert said["chosen"] == [job["best"] for job in said["jobs"]]
    assert sorted(said["exported"]) == sorted(said["chosen"])
    assert "flatters" in said["caution"]


def test_the_log_and_the_page(given: Given) -> None:
    """A line for each epoch, the curves of both networks, and the folds without a patient."""
    place = given.store / "training"
    epochs = [(line["job"], line["epoch"]) for line in log(given.store) if line["event"] == "epoch"]
    assert epochs == [(f"{NETWORK}_fold{k}", e) for k in (0, 1) for e in range(1, EPOCHS + 1)]
    page = (place / "curves.html").read_text()
    assert SYNTHETIC_NOTICE in page
    assert page.count('class="plot"') == 4
    head, *rows = (place / "folds.csv").read_text().splitlines()
    assert head == "series_uid,fold"
    assert len(rows) == said_series(given)
    told = json.loads((place / "run.json").read_text())
    assert (told["seed"], told["pretrained"]) == (1, {NETWORK: "none"})


def said_series(given: Given) -> int:
    return int(given.said["series"])


def test_what_was_trained_predicts(given: Given) -> None:
    """The ensemble runs on a base install's runtime, on the cohort's own DICOM."""
    series = min((given.cohort / "series").iterdir())
    (found,) = predictions(series, "--models", given.store)
    assert found["error"] is None


def test_the_second_time_nothing_is_done(given: Given) -> None:
    """The same command finds all networks trained and exported; weights and manifests keep their bytes."""
    before = {name: digest for name, digest in tree(given.store).items() if not name.startswith("training/")}
    said = trained_here(given, given.store)
    after = {name: digest for name, digest in tree(given.store).items() if not name.startswith("training/")}
    assert after == before
    assert said["exported"] == {}
    assert said["jobs"] == given.said["jobs"]


def test_in_parts(given: Given, tmp_path: Path) -> None:
    """Fold by fold gives what one call gives; until all are there nothing is chosen, and the line says what lacks."""
    store = tmp_path / "store"
    said = trained_here(given, store, "--folds", "1")
    assert said["missing"] == [f"{NETWORK}_fold0"]
    assert said["chosen"] == []
    assert not (store / "ensemble.json").exists()
    said = trained_here(given, store, "--architecture", NETWORK)
    assert said["chosen"] == given.said["chosen"]
    assert tree(store)["ensemble.json"] == tree(given.store)["ensemble.json"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seed", 2), "seed (1, not 2)"),
        (("--epochs", 3), f"recipe.training.epochs ({EPOCHS}, not 3)"),
    ],
)
def test_another_run_in_the_store(options: tuple[object, ...], words: str, given: Given) -> None:
    """What the store was begun with, and what is asked for now, in one line."""
    done = here("train", given.frames, given.store, "--recipe", given.recipe, *TRAINING, *options)
    assert isinstance(done.exception, OutputError)
    assert words in str(done.exception)
    assert done.stdout == ""


def test_other_folds_in_the_store(given: Given, tmp_path: Path) -> None:
    """A recipe of more folds is told of as another training, not as one whose folds are empty."""
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(recipe_text("small", networks=(NETWORK,), folds=3, epochs=EPOCHS, size=32))
    done = here("train", given.frames, given.store, "--recipe", recipe, *TRAINING)
    assert isinstance(done.exception, OutputError)
    assert "recipe.folds (2, not 3)" in str(done.exception)


def test_first_weights_that_could_not_be_had(given: Given, tmp_path: Path) -> None:
    """What is no file of weights stops the training; the same store then takes what the line advises."""
    store, weights = tmp_path / "store", tmp_path / "weights.pth"
    weights.write_text("none")
    line = ("train", given.frames, store, "--recipe", given.recipe, *TRAINING, "--folds", 0)
    done = here(*line, "--pretrained", weights)
    assert isinstance(done.exception, StoreError)
    assert trained_here(given, store, "--folds", 0)["pretrained"] == {NETWORK: "none"}


def test_epochs_that_are_gone(given: Given, tmp_path: Path) -> None:
    """An early one is told of; without the last one the line says what to remove, and the store becomes the same again."""
    store, line = tmp_path / "store", ("train", given.frames, tmp_path / "store", "--recipe", given.recipe)
    shutil.copytree(given.store, store)
    _remove(store, f"{NETWORK}_fold0_epoch1_")
    done = here(*line, *TRAINING)
    assert done.exit_code == ALL_DONE, (done.output, done.exception)
    assert f"{NETWORK}_fold0: not in the store, so not chosen from: epochs 1\n" in done.stderr
    _remove(store, f"{NETWORK}_fold0_epoch{EPOCHS}_")
    done = here(*line, *TRAINING)
    assert isinstance(done.exception, TrainingError)
    assert f"remove {NETWORK}_fold0.state" in str(done.exception)
    (store / "training" / f"{NETWORK}_fold0.state").unlink()
    said = trained_here(given, store)
    assert (said["jobs"], said["chosen"]) == (given.said["jobs"], given.said["chosen"])


def _remove(store: Path, beginning: str) -> None:
    for path in store.glob(f"{beginning}*"):
        path.unlink()


def test_terminated(given: Given, tmp_path: Path) -> None:
    """The first SIGTERM keeps what was reached and says how to go on; the same command ends where an undisturbed one does."""
    store = tmp_path / "store"
    command = ("train", given.frames, store, "--recipe", given.recipe, *TRAINING)
    with started(*command) as process:
        assert soon((store / "training" / "log.jsonl").exists)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=100)
    if process.returncode != ALL_DONE:  # it may have been at the very end
        assert process.returncode == 130, stderr
        assert "to go on run the same command again" in stderr
        assert log(store)[-1]["event"] == "stopped"
    trained_here(given, store)
    assert tree(store)["ensemble.json"] == tree(given.store)["ensemble.json"]


def test_two_processes(given: Given, tmp_path: Path) -> None:
    """By torchrun: one speaks, locks and writes; the store is whole and as one process would have it filled."""
    store = tmp_path / "store"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    line += ["--master-addr", "127.0.0.1", "--master-port", str(port), "-m", "neuronetra"]
    line += ["train", given.frames, store, "--recipe", given.recipe, *TRAINING, "--format", "json"]
    done = subprocess.run(
        [str(part) for part in line],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env={**os.environ},
    )
    assert done.returncode == ALL_DONE, done.stderr
    said = json.loads(done.stdout)
    assert said["missing"] == []
    assert len(said["chosen"]) == 2
    epochs = [line for line in log(store) if line["event"] == "epoch"]
    assert len(epochs) == 2 * EPOCHS
    assert done.stderr.count("epoch 1 of") == 2
    assert (store / "training" / "folds.csv").read_text() == (
        given.store / "training" / "folds.csv"
    ).read_text()


def test_choosing_exports_what_is_new(given: Given, tmp_path: Path) -> None:
    """A chosen member without ONNX file is exported and verified; --no-export leaves it, and says so."""
    store = tmp_path / "store"
    shutil.copytree(given.store, store)
    chosen = [member["name"] for member in json.loads((store / "ensemble.json").read_text())["members"]]
    (store / f"{chosen[0]}.onnx").unlink()
    done = here("models", "choose", store, "--no-export")
    assert (done.exit_code, (store / f"{chosen[0]}.onnx").exists()) == (ALL_DONE, False)
    assert "1 without ONNX file" in done.stderr
    done = here("models", "choose", store)
    assert done.exit_code == ALL_DONE, done.output
    assert done.stdout.splitlines() == chosen
    assert here("models", "verify", store).exit_code == ALL_DONE


def test_help_loads_no_torch() -> None:
    """Reading how it is used takes no seconds."""
    probe = (
        "import sys; from neuronetra.cli.main import neuronetra as n; n(['train', '--help'], standalone_mode=False); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'sklearn', 'timm', 'matplotlib')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "--pretrained" in done.stdout
