"""Signals and odd outputs: the process ends with the right code and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

INTERRUPTED = 130

from neuronetra.testing.command_line import told


@pytest.fixture(autouse=True)
def _own_cache(fresh_cache: Path) -> None:
    """Optimised copies go to a folder of the test's own."""


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "neuronetra", *map(str, arguments)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_making_leaves_whole_members_alone(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C or a termination during `models init`: exit code 130, and no half-made file."""
    pytest.importorskip("torch", reason="making networks needs the extra train")
    store = tmp_path / "store"
    process = subprocess.Popen(
        command("models", "init", store, "--recipe", "v1", "--untrained"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(store.glob(".making-*/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED, stderr
    assert "Traceback" not in stderr
    assert stderr.strip().splitlines()[-1] == "interrupted"
    assert not list(store.iterdir())


def test_reader_that_goes_away(scan: Path, small_store: Path) -> None:
    """`| head -1` ends the command without a word, as it ends others."""
    process = subprocess.Popen(
        command("predict", scan, "--models", small_store),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == -signal.SIGPIPE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_full_disk_on_standard_output(scan: Path, small_store: Path) -> None:
    """A standard output that takes nothing is one line and exit code 2."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("predict", scan, "--models", small_store),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert told(done.stderr) == ["error: No space left on device"]


def test_out_to_a_pipe_and_through_a_link(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """A named pipe is written to, not replaced; a link leads to the file that is replaced."""
    pipe, link, target = tmp_path / "pipe", tmp_path / "link", tmp_path / "target"
    os.mkfifo(pipe)
    arguments = ("predict", scan, "--models", small_store, "--format", "json", "--out")
    process = subprocess.Popen(command(*arguments, pipe))
    content = pipe.read_text()
    assert process.wait(timeout=60) == 0
    assert content.startswith("[")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    target.write_text("old")
    link.symlink_to(target)
    assert subprocess.run(command(*arguments, link), check=False).returncode == 0
    assert link.is_symlink()
    assert target.read_text().startswith("[")


@pytest.mark.parametrize("arguments", [["", "--models", "store"], ["scan", "--models", ""]])
def test_empty_names_are_refused(arguments: list[str], tmp_path: Path) -> None:
    """An empty path, as an unset variable leaves it, is not the current folder."""
    done = subprocess.run(
        command("predict", *arguments), capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(told(done.stderr)) == 1


def test_hidden_path_in_errors(tmp_path: Path, small_store: Path) -> None:
    """With --hide-names the path given is in no error: a folder may bear a patient's name."""
    folder = tmp_path / "Doe^John"
    folder.mkdir()
    for path in (folder, folder / "absent"):
        done = subprocess.run(
            command("predict", path, "--models", small_store, "--hide-names"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "Doe" not in done.stdout + done.stderr


def test_no_telemetry(scan: Path, small_store: Path, fresh_cache: Path) -> None:
    """Nothing but this package's own copies is written to the user's cache folder."""
    done = subprocess.run(command("predict", scan, "--models", small_store), capture_output=True, check=False)
    assert done.returncode == 0
    assert [path.name for path in fresh_cache.iterdir()] == ["neuronetra"]
