"""What of this machine is free for making batches, shared between the processes that train together here."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from math import ceil
from pathlib import Path

CGROUP = "/sys/fs/cgroup"
SHARED = "/dev/shm"  # noqa: S108 - looked at, not written to
_SHARE = 2


def usual_workers(cgroup: str = CGROUP) -> int:
    """One less than the cores that this process may use; a container's quota counts."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # no Linux, no such quota, or "max"
        time, period = Path(cgroup, "cpu.max").read_text(encoding="ascii").split()
        cores = min(cores, ceil(int(time) / int(period)))
    return max(0, cores // _together() - 1)


def free_memory(meminfo: str = "/proc/meminfo", cgroup: str = CGROUP) -> int:
    """Half of the bytes that are free; 0 where that is not known."""
    free = 0
    with suppress(OSError, ValueError, StopIteration):
        lines = Path(meminfo).read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    with suppress(OSError, ValueError):
        limit, used = (int(Path(cgroup, f"memory.{name}").read_text("ascii")) for name in ("max", "current"))
        free = min(free, max(0, limit - used))
    return free // _SHARE // _together()


def shareable_memory() -> int:
    """Half of the bytes for memory that processes share: in a file system of its own, or a temporary one."""
    room = 0
    for place in (SHARED, tempfile.gettempdir()):
        with suppress(OSError):
            room = max(room, shutil.disk_usage(place).free)
    return room // _SHARE // _together()


def _together() -> int:
    """How many processes `torchrun` started on this machine."""
    with suppress(ValueError):
        return max(1, int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
    return 1
