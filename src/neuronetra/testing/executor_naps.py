"""Work that takes as long as it is told, in a process that says which it is."""

from __future__ import annotations

import os
import time
from pathlib import Path


def napping(seconds: float, folder: str) -> int:
    """Sleeps, after making a file named by its process; gives that process."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(seconds)
    return os.getpid()


def open_files(_: int) -> list[str]:
    """What this process holds open (Linux)."""
    links = Path("/proc/self/fd").iterdir()
    return [str(link.readlink()) for link in links if link.is_symlink()]
