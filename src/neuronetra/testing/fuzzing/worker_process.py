"""A worker seen from outside: asked about folders, buried when it dies or hangs, started again."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from neuronetra.testing.fuzzing.attempts import Problem

WAIT_SECONDS = 60.0
"""A machine with other work needs longer than a reader is given."""
Answer = dict[str, Any]


@define
class WorkerProcess:
    """A process that reads as ``readers``, its fresh memory filled with ``pattern`` (glibc's MALLOC_PERTURB_).

    Two workers differ in the pattern, in the order of readers and in Python's hashes, so that whatever depends
    on memory that nobody wrote, or on the order of a set, differs between them.
    """

    readers: Sequence[str]
    log: Path
    pattern: int
    wait: float = WAIT_SECONDS
    _process: subprocess.Popen[bytes] | None = None
    _pending: bytes = field(default=b"", repr=False)

    def ask(self, folder: Path) -> Answer | Problem:
        """What came of a folder, or how the process ended over it."""
        process = self._running()
        printed = self.log.stat().st_size if self.log.exists() else 0
        begun = time.monotonic()
        if process.stdin is not None:
            process.stdin.write(f"{folder}\n".encode())
            process.stdin.flush()
        line = self._line(process, begun + self.wait)
        if line:
            answer: Answer = json.loads(line)
            return answer
        hung = process.poll() is None and time.monotonic() >= begun + self.wait
        return self._buried("hang" if hung else "crash", printed)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._pending = b""
            self._process = subprocess.Popen(
                [sys.executable, "-m", "neuronetra.testing.fuzzing.worker", str(self.log), *self.readers],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C is for the one who asks
            )
        return self._process

    def _environment(self) -> dict[str, str]:
        """All memory comes from malloc, none of it from fresh pages of zeros; one thread."""
        return {
            **os.environ,
            "MALLOC_PERTURB_": str(self.pattern),
            "GLIBC_TUNABLES": f"glibc.malloc.mmap_threshold={1 << 32}",
            "PYTHONMALLOC": "malloc",
            "PYTHONHASHSEED": str(self.pattern),
            "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }

    def _line(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        """One line of its output; nothing where it ends or takes too long."""
        assert process.stdout is not None
        while b"\n" not in self._pending:
            left = until - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                return b""
            more = os.read(process.stdout.fileno(), 1 << 16)
            if not more:
                process.wait(10)
                return b""
            self._pending += more
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    def _buried(self, kind: str, printed: int) -> Problem:
        process, self._process = self._process, None
        assert process is not None
        process.kill() if kind == "hang" else None
        process.communicate()
        said = self.log.read_bytes()[printed:].decode("utf-8", "replace") if self.log.exists() else ""
        code = process.returncode
        name = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return Problem(kind, "" if kind == "hang" else f"{name} {_last_place(said)}", said[-4000:])


def _last_place(said: str) -> str:
    """The innermost line of Python that faulthandler names, without its path."""
    lines = [line.strip() for line in said.splitlines() if line.strip().startswith('File "')]
    if not lines:
        return ""
    path, _, rest = lines[0].removeprefix('File "').partition('"')
    return f"{Path(path).name} {rest.rpartition(' in ')[2]}"
