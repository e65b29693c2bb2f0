"""``neuronetra prepare`` disturbed, split and killed: the tree at the end is always the same."""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from neuronetra.testing.command_line import ALL_DONE, NONE_DONE, refused, run, told
from neuronetra.testing.running_command import children, running, soon, started, tree

SERIES, SLICES = 10, 12
PROC = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("apart", [True, False])
def test_two_shards_give_the_tree_of_one(
    apart: bool, cohort: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    """On two machines, copied together and completed, or at once in one folder, whatever the cohort's path."""
    outs = [tmp_path / "a", tmp_path / "b"] if apart else [tmp_path / "a"] * 2
    moved = tmp_path / "elsewhere"
    moved.symlink_to(cohort)
    with started("prepare", cohort, outs[0], "--shard", "1/2", "--jobs", 1) as first:
        second = run("prepare", moved, outs[1], "--shard", "2/2", "--jobs", 1, "--format", "json")
        first.communicate(timeout=100)
    assert (first.returncode, second.returncode) == (ALL_DONE, ALL_DONE), second.stderr
    assert json.loads(second.stdout)["series"]["prepared"] == SERIES // 2
    if apart:
        assert len(rows(outs[0] / "series_index_mapping.csv")) == SERIES * SLICES // 2
        shutil.copytree(outs[1], outs[0], dirs_exist_ok=True)
        last = run("prepare", cohort, outs[0], "--format", "json")
        assert json.loads(last.stdout)["series"]["there_before"] == SERIES
    assert tree(outs[0]) == undisturbed


@PROC
def test_killed_again_and_again(cohort: Path, undisturbed: dict[str, str], tmp_path: Path) -> None:
    """The parent alone is killed at random moments: no worker lives on, the next run begins at once."""
    out, chance, killed = tmp_path / "out", random.Random(5), 0  # noqa: S311 - moments
    for _ in range(4):
        with started("prepare", cohort, out, "--jobs", 2) as process:
            assert soon(lambda: len(children(process.pid)) == 2 or process.poll() is not None)
            time.sleep(chance.uniform(0.0, 0.5))
            workers = children(process.pid)
            process.kill()
            _, stderr = process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
        assert process.returncode in (-signal.SIGKILL, ALL_DONE), stderr
        assert soon(lambda: not any(map(running, workers)), 10.0)  # noqa: B023
    assert killed
    done = run("prepare", cohort, out, "--jobs", 2)
    assert done.returncode == ALL_DONE, done.stderr
    assert tree(out) == undisturbed


@PROC
def test_a_killed_worker_costs_nothing(cohort: Path, undisturbed: dict[str, str], tmp_path: Path) -> None:
    """The system kills one process for another's greed: its series is prepared again, and nothing fails."""
    with started("prepare", cohort, tmp_path / "out", "--jobs", 2) as process:
        assert soon(lambda: len(children(process.pid)) == 2)
        assert soon((tmp_path / "out" / "frames").is_dir)
        for worker in children(process.pid)[:1]:
            os.kill(worker, signal.SIGKILL)
        _, stderr = process.communicate(timeout=100)
    assert process.returncode == ALL_DONE, stderr
    assert tree(tmp_path / "out") == undisturbed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_leaves_whole_series_alone(
    number: signal.Signals, cohort: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    """Ctrl-C or a termination: exit code 130, one word, no half-made folder and no lock; the next run goes on."""
    out = tmp_path / "out"
    with started("prepare", cohort, out, "--jobs", 1) as process:
        assert soon(lambda: list(out.glob("frames/1*")))
        process.send_signal(number)
        _, stderr = process.communicate(timeout=60)
    if process.returncode != ALL_DONE:
        assert process.returncode == 130
        assert told(stderr)[-1] == "interrupted"
        assert "Traceback" not in stderr
    assert not [path for path in out.rglob(".*") if path.name != ".lock"]
    assert run("prepare", cohort, out).returncode == ALL_DONE
    assert tree(out) == undisturbed


def test_no_space_left(cohort: Path, undisturbed: dict[str, str], tmp_path: Path) -> None:
    """A disk that takes no more ends the run at once with one clear line; the same command later completes it."""
    out = tmp_path / "out"
    sizes = sorted(path.stat().st_size for path in cohort.rglob("*.dcm"))
    assert run("prepare", cohort, out, "--shard", "1/3").returncode == ALL_DONE
    whole = tree(out)

    def no_large_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (sizes[0] + 9_000, resource.RLIM_INFINITY))

    with started("prepare", cohort, out, "--jobs", 2, preexec_fn=no_large_files) as process:
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == NONE_DONE
    (line,) = told(stderr)
    assert line.startswith("error: ")
    assert "cannot be written; found File too large" in line
    assert {name: tree(out)[name] for name in whole} == whole
    assert not [name for name in tree(out) if "/." in f"/{name}"]
    assert run("prepare", cohort, out).returncode == ALL_DONE
    assert tree(out) == undisturbed


def test_two_at_once_in_one_folder(cohort: Path, tmp_path: Path) -> None:
    """The second is refused in words and harms nothing, as is the same shard twice."""
    for number, shard in enumerate(("1/1", "1/2")):
        out = tmp_path / f"out{number}"
        with started("prepare", cohort, out, "--jobs", 1, "--shard", shard) as first:
            # written once the lock is held for good
            assert soon((out / "manifest.json").exists)
            first.send_signal(signal.SIGSTOP)
            line = refused("prepare", cohort, out, "--shard", shard)
            assert "another prepare works on this folder" in line
            first.send_signal(signal.SIGCONT)
            first.communicate(timeout=100)
        assert first.returncode == ALL_DONE
