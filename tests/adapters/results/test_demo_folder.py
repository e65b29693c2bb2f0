"""A demonstration's folder: whole or not there, and never in the place of anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neuronetra.adapters.results.demo_folder import demo_folder
from neuronetra.errors import OutputError


def _write(out: Path, text: str = "one") -> None:
    with demo_folder(str(out)) as folder:
        Path(folder.path("study")).mkdir()
        (Path(folder.path("study")) / "1.dcm").write_text(text)
        folder.write("report.html", text.encode())
        document = {"demo": True, "prediction": {"report": {"files_found": 1}}}
        folder.write("result.json", json.dumps(document).encode())


def _tree(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*"))


WHOLE = ["report.html", "result.json", "study", "study/1.dcm"]


def test_an_earlier_one_is_made_anew(tmp_path: Path) -> None:
    """A second run takes the place of the first, of which nothing is left."""
    out = tmp_path / "deep" / "demo"
    _write(out)
    _write(out, "two")
    assert _tree(out) == WHOLE
    assert (out / "report.html").read_text() == "two"
    assert [path.name for path in out.parent.iterdir()] == ["demo"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    """A folder that holds nothing may be named."""
    (tmp_path / "demo").mkdir()
    _write(tmp_path / "demo")
    assert _tree(tmp_path / "demo") == WHOLE


@pytest.mark.parametrize("extra", ["notes.txt", "study/notes.txt", "study/2.dcm"])
def test_a_folder_with_something_else_is_refused(tmp_path: Path, extra: str) -> None:
    """A file that no demonstration wrote keeps the whole folder from being touched."""
    out = tmp_path / "demo"
    _write(out)
    (out / extra).write_text("mine")
    before = _tree(out)
    with pytest.raises(OutputError, match="something else"):
        _write(out, "two")
    assert _tree(out) == before
    assert (out / "report.html").read_text() == "one"


@pytest.mark.parametrize("content", ["", "[]", '{"demo": false}', "[" * 5000])
def test_a_folder_that_only_looks_like_one_is_refused(tmp_path: Path, content: str) -> None:
    """The right names do not make a demonstration."""
    out = tmp_path / "demo"
    _write(out)
    (out / "result.json").write_text(content)
    with pytest.raises(OutputError, match="something else"):
        _write(out, "two")


def test_the_working_folder_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is in the folder is told so, instead of being left in one that is gone."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="folder that you are in"):
        _write(Path())
    assert _tree(tmp_path) == []


def test_a_move_that_is_cut_short_brings_the_earlier_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the new folder cannot take the place that was made for it, the earlier one stands there again."""
    out = tmp_path / "demo"
    _write(out)
    move = Path.replace

    def cut(source: Path, goal: Path) -> Path:
        if (source.name, goal.name) == ("demo", "demo"):
            raise OSError(28, "No space left on device")
        return move(source, goal)

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(OutputError, match="No space left"):
        _write(out, "two")
    assert _tree(out) == WHOLE
    assert (out / "report.html").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    """A file of that name is not replaced."""
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(OutputError):
        _write(tmp_path / "demo")
    assert (tmp_path / "demo").read_text() == "mine"


def test_what_fails_leaves_the_earlier_one(tmp_path: Path) -> None:
    """An interrupted run changes nothing and leaves nothing behind."""
    out = tmp_path / "demo"
    _write(out)
    with pytest.raises(KeyboardInterrupt), demo_folder(str(out)) as folder:
        folder.write("report.html", b"half")
        raise KeyboardInterrupt
    assert (out / "report.html").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
