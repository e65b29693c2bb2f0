"""The folder of a run: begun once, gone on with as it was begun, its log whole whatever happened."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from neuronetra.adapters.training.run_folder import FOLDS, LOG, RUN, RunFolder
from neuronetra.errors import OutputError

DOCUMENT: dict[str, Any] = {
    "recipe": {"name": "tiny", "training": {"epochs": 10}, "views": ["original"]},
    "seed": 1,
    "pretrained": {"a": "none"},
}
FOLD = {"1.2": 0, "1.3": 1}
EPOCH = {
    "event": "epoch",
    **dict.fromkeys(("job", "checkpoint"), "a_fold0"),
    **dict.fromkeys(("epoch", "epochs", "seconds", "series_per_second", "learning_rate", "baseline"), 1),
    **dict.fromkeys(
        ("loss", "validation_loss", "score", "presence_auc", "mean_location_auc", "laterality"), 0.5
    ),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "store" / "training"


@pytest.fixture
def run(place: Path) -> RunFolder:
    return RunFolder(str(place.parent))


def test_a_run_is_begun_once(run: RunFolder, place: Path) -> None:
    """Document and folds are kept as they were; the second time they are there, and nothing is written."""
    assert run.folds() is None
    with run.opened():
        run.agree(DOCUMENT)
        assert not run.begin(DOCUMENT, FOLD)
        run.add(EPOCH)
    before = {path.name: path.stat().st_mtime_ns for path in place.iterdir()}
    with run.opened():
        run.agree(DOCUMENT)
        assert run.begin(DOCUMENT, {})
    assert run.folds() == FOLD
    assert {path.name: path.stat().st_mtime_ns for path in place.iterdir()} == before
    assert sorted(before) == [FOLDS, LOG, RUN]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 2}, r"seed \(1, not 2\)"),
        (
            {"recipe": {**DOCUMENT["recipe"], "training": {"epochs": 3}}},
            r"recipe\.training\.epochs \(10, not 3\)",
        ),
        (
            {"recipe": {**DOCUMENT["recipe"], "views": ["original", "mirrored"]}},
            r"recipe\.views \(1 entries, not 2",
        ),
        ({"pretrained": {"a": "timm"}}, r"pretrained\.a \(none, not timm\)"),
        ({"folds": 3}, r"folds \(none, not 3\)"),
    ],
)
def test_another_run_is_refused_by_what_differs(
    change: dict[str, Any], words: str, run: RunFolder, place: Path
) -> None:
    """The line names the setting with both values, and nothing is changed."""
    with run.opened():
        run.begin(DOCUMENT, FOLD)
        run.add(EPOCH)
        before = (place / RUN).read_bytes()
        for refuses in (run.agree, lambda document: run.begin(document, FOLD)):
            with pytest.raises(OutputError, match=f"was begun as another training; found .*{words}"):
                refuses({**DOCUMENT, **change})
        assert (place / RUN).read_bytes() == before


def test_weights_of_another_architecture_join(run: RunFolder) -> None:
    """A call for one architecture leaves room for a call with another's first weights; each holds once it is trained."""
    with run.opened():
        run.begin(DOCUMENT, FOLD)
        run.add(EPOCH)
        assert run.begin({**DOCUMENT, "pretrained": {"b": "file sha256 1"}}, FOLD)
        run.add({**EPOCH, "job": "b_fold1"})
        run.agree({**DOCUMENT, "pretrained": {"a": "none", "b": "file sha256 1"}})
        with pytest.raises(OutputError, match=r"pretrained\.b"):
            run.agree({**DOCUMENT, "pretrained": {"b": "none"}})


def test_first_weights_that_could_not_be_had(run: RunFolder, place: Path) -> None:
    """Of an architecture without state, member or line in the log others may be named; the trained one's stay."""
    with run.opened():
        run.begin({**DOCUMENT, "pretrained": {"a": "none", "a_b": "timm"}}, FOLD)
        run.add(EPOCH)
        assert run.begin({**DOCUMENT, "pretrained": {"a_b": "none"}}, FOLD)
        assert json.loads((place / RUN).read_bytes())["pretrained"] == {"a": "none", "a_b": "none"}


@pytest.mark.parametrize(
    "kept", ["training/a_fold0.state", "a_fold0_epoch1_score0.500000.json", f"training/{LOG}"]
)
def test_a_run_binds_when_something_is_kept(kept: str, run: RunFolder, place: Path) -> None:
    """A run that failed before it kept anything may be begun anew as another, with other folds; from then on none may."""
    other, line = {**DOCUMENT, "seed": 2}, json.dumps({"event": "epoch", "job": "a_fold0"})
    with run.opened():
        run.begin(DOCUMENT, FOLD)
        assert run.folds() is None
        run.agree(other)
        assert not run.begin(other, {"1.2": 1, "1.3": 0})
        (place.parent / kept).write_text(line)
        assert run.folds() == {"1.2": 1, "1.3": 0}
        with pytest.raises(OutputError, match=r"seed \(2, not 1\)"):
            run.agree(DOCUMENT)


def test_a_name_that_no_disk_takes(tmp_path: Path) -> None:
    """A store's name that is too long is a line that says so, before anything is read."""
    with pytest.raises(OutputError, match="cannot be written; found File name too long"):
        RunFolder(str(tmp_path / ("a" * 300))).folds()


def test_two_runs_of_one_folder(run: RunFolder, place: Path) -> None:
    """The second is refused while the first works, and may come after it; the lock leaves nothing."""
    other = RunFolder(str(place.parent))
    refused = pytest.raises(OutputError, match="another training works on this folder")
    with run.opened(), refused, other.opened():
        pass
    with other.opened():
        pass
    assert list(place.iterdir()) == []


def test_the_log_is_appended_to(run: RunFolder, place: Path) -> None:
    """Each entry is a line with the time; they come back in order."""
    with run.opened():
        for event in ({"event": "begun"}, EPOCH):
            run.add(event)
    found = run.entries()
    assert [entry["event"] for entry in found] == ["begun", "epoch"]
    assert all("time" in entry for entry in found)
    assert len((place / LOG).read_text().splitlines()) == 2


def test_half_a_line_is_dropped(run: RunFolder, place: Path) -> None:
    """What a machine without power left of a line goes when the run goes on; whole lines stay."""
    with run.opened():
        run.add(EPOCH)
    with (place / LOG).open("a") as stream:
        stream.write('{"event": "epo')
    with run.opened():
        run.add({"event": "gone on"})
    assert [entry["event"] for entry in run.entries()] == ["epoch", "gone on"]


@pytest.mark.parametrize("line", ["no json", "[]", '{"event": "epoch", "job": "a"}', "{}"])
def test_a_strange_line_is_refused(line: str, run: RunFolder, place: Path) -> None:
    """A line that this program did not write is named as such, and no defect of the program."""
    with run.opened():
        run.add(EPOCH)
    with (place / LOG).open("a") as stream:
        stream.write(f"{line}\n")
    with pytest.raises(OutputError, match=r"log\.jsonl: a line of the log is damaged"):
        run.entries()


def test_a_full_disk_leaves_whole_lines(run: RunFolder, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that cannot be made last is taken back, and the error is one line."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with run.opened():
        run.add(EPOCH)
        before = (place / LOG).read_bytes()
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left on device"):
            run.add({"event": "done"})
        assert (place / LOG).read_bytes() == before


@pytest.mark.parametrize(("name", "content"), [(RUN, "{"), (RUN, "[]"), (FOLDS, "uid\n1.2"), (FOLDS, "")])
def test_damaged_documents(name: str, content: str, run: RunFolder, place: Path) -> None:
    """A run whose own files are damaged is named and not guessed at."""
    with run.opened():
        run.begin(DOCUMENT, FOLD)
        run.add(EPOCH)
    (place / name).write_text(content)
    with pytest.raises(OutputError, match=name):
        run.agree(DOCUMENT) if name == RUN else run.folds()


def test_a_place_that_is_a_file(tmp_path: Path) -> None:
    """A file where the folder should be is an error in words, and stays."""
    (tmp_path / "store").write_text("mine")
    run = RunFolder(str(tmp_path / "store"))
    assert run.folds() is None
    with pytest.raises(OutputError, match="cannot be written"), run.opened():
        pass
    assert (tmp_path / "store").read_text() == "mine"


def test_documents_are_plain(run: RunFolder, place: Path) -> None:
    """A number that is none is no JSON: it is refused before anything is written."""
    with run.opened(), pytest.raises(ValueError, match="JSON"):
        run.begin({**DOCUMENT, "seed": float("nan")}, FOLD)
    assert not (place / RUN).exists()
    with run.opened():
        run.begin(DOCUMENT, FOLD)
    assert json.loads((place / RUN).read_text())["recipe"] == DOCUMENT["recipe"]


def test_what_killed_runs_left_half_written_is_removed(tmp_path: Path) -> None:
    """In the run's folder and among the members, while the folder is held; whole files stay."""
    store = tmp_path / "store"
    place = RunFolder(str(store))
    with place.opened():
        pass
    left = [
        store / ".a_fold0_epoch1_score0.500000.json.12ab.part",
        store / "training" / ".log.jsonl.12ab.part",
    ]
    for path in left:
        path.write_bytes(b"half")
    (store / "whole.json").write_bytes(b"{}")
    with place.opened():
        assert not any(path.exists() for path in left)
        assert (store / "whole.json").exists()
