"""A command under way in a process of its own: what it starts, and what it leaves on the disk."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, hidden ones too, with a hash of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@contextmanager
def started(*arguments: object, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """``neuronetra`` with these arguments; killed at the end of the block if it still runs.

    ``how`` is handed to ``Popen``.
    """
    line = [sys.executable, "-m", "neuronetra", *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, stdout=pipe, stderr=pipe, text=True, **how) as process:
        try:
            yield process
        finally:
            process.kill()


def soon(condition: Callable[[], object], seconds: float = 60.0) -> bool:
    """Whether it comes true."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return bool(condition())


def children(process: int) -> list[int]:
    """The processes that a process has started and that live (Linux)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if int(parent) == process and state != "Z":
            found.append(int(path.parent.name))
    return found


def running(process: int) -> bool:
    """Whether a process is there and no mere entry that waits to be reaped (Linux)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
