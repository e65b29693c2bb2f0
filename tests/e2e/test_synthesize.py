"""``neuronetra synthesize`` by its command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from neuronetra.testing.command_line import refused, run


def test_a_cohort_and_its_page(tmp_path: Path) -> None:
    """The numbers go to stdout, the page is self-contained and says synthetic; again, nothing changes."""
    out, page = tmp_path / "cohort", tmp_path / "page.html"
    arguments = ("synthesize", str(out), "--series", "4", "--seed", "1", "--jobs", "1", "--format", "json")
    document = json.loads(run(*arguments, "--preview", str(page)).stdout)
    assert document["synthetic"] is True
    assert document["series"] == sum(one["series"] for one in document["by_modality"].values()) == 4
    assert "synthetic" in document["notice"]
    text = page.read_text()
    assert "Synthetic cohort" in text
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", text)
    assert text.count("data:image/png;base64,") >= 4
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.dcm")}
    assert json.loads(run(*arguments).stdout) == document
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.dcm")} == before


def test_bad_usage(tmp_path: Path) -> None:
    """Wrong options and folders are one line on stderr and exit code 2, and leave nothing behind."""
    out = str(tmp_path / "cohort")
    line = refused("synthesize", out, "--series", "2", "--seed", "1", "--modality-mix", "PET=1")
    assert "PET" in line
    assert "expected" in line
    line = refused("synthesize", out, "--series", "2", "--seed", "1", "--preview", f"{out}/page.html")
    assert "beside" in line
    assert not (tmp_path / "cohort").exists()
    (tmp_path / "file").write_text("a file")
    assert "cannot be written" in refused(
        "synthesize", str(tmp_path / "file"), "--series", "1", "--seed", "1"
    )


def test_places_are_looked_at_before_any_work(tmp_path: Path) -> None:
    """An empty name, a page that is a folder, has none, or is the cohort's own: nothing is begun."""
    out, told = tmp_path / "cohort", ("--series", "1", "--seed", "1")
    assert "an empty name" in refused("synthesize", "", *told)
    pages = (("", "a folder"), (tmp_path, "a folder"), (tmp_path / "no" / "x.html", "no such folder"))
    for page, why in (*pages, (out, "beside"), (out / "x.html", "beside")):
        assert why in refused("synthesize", out, *told, "--preview", page)
    (tmp_path / "link").symlink_to("link")
    assert "--preview" in refused("synthesize", out, *told, "--preview", tmp_path / "link")
    assert not out.exists()


def test_a_page_beside_a_cohort_in_a_new_folder(tmp_path: Path) -> None:
    """The folder that both lie in is made with the cohort; the table of one series speaks of one patient."""
    new = tmp_path / "new"
    mix = ("--series", "1", "--seed", "1", "--modality-mix", "T2=1", "--jobs", "1")
    done = run("synthesize", new / "cohort", *mix, "--preview", new / "page.html")
    assert done.returncode == 0, done.stderr
    assert "1 series of 1 made-up patient\n" in done.stdout
    assert {path.name for path in new.iterdir()} == {"cohort", "page.html"}


def test_killed_and_taken_up(tmp_path: Path) -> None:
    """A run that is killed outright takes its workers along, and the same command then ends it to the same bytes."""
    told = ("--series", "3", "--seed", "3", "--modality-mix", "MRA=1", "--jobs", "2")
    for after in (0.5, 1.5):  # seconds from the first folder on
        process = subprocess.Popen(
            [sys.executable, "-m", "neuronetra", "synthesize", str(tmp_path / "cut"), *told],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not (tmp_path / "cut" / "series").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(after)
        process.kill()
        process.wait()
    assert run("synthesize", tmp_path / "cut", *told).returncode == 0
    assert run("synthesize", tmp_path / "whole", *told).returncode == 0
    trees = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "cut", tmp_path / "whole")
    ]
    assert trees[0] == trees[1]
