"""How many processor cores this process may use."""

from __future__ import annotations

import os
from contextlib import suppress
from math import ceil
from pathlib import Path

CGROUP_QUOTA = "/sys/fs/cgroup/cpu.max"


def usable_cores(quota: str = CGROUP_QUOTA) -> int:
    """Those that the system lets it run on, and no more than a container's quota pays for."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # no Linux, no such quota, or "max"
        time, period = Path(quota).read_text(encoding="ascii").split()
        allowed = min(allowed, ceil(int(time) / int(period)))
    return max(1, allowed)
