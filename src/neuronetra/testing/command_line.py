"""The command line in a process of its own, as tests run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

_PROGRESS = re.compile(r"\w+: \d+ of \d+(, about .* left)?$")
ALL_DONE, SOME_FAILED, NONE_DONE = 0, 1, 2


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "neuronetra", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200"},
    )


def predictions(*arguments: object) -> list[dict[str, Any]]:
    """The list that ``predict --format json`` prints."""
    done = run("predict", *arguments, "--format", "json")
    assert done.returncode == ALL_DONE, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def refused(*arguments: object, code: int = NONE_DONE) -> str:
    """The one line of a command that fails; nothing on stdout, no traceback."""
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    (line,) = told(done.stderr)
    return line


def told(stderr: str) -> list[str]:
    """The lines on stderr that are no progress, which a slow machine shows."""
    return [line for line in stderr.strip().splitlines() if not _PROGRESS.match(line)]
