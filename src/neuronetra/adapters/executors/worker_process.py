"""A worker as its parent sees it: started, given items one at a time, gone when it dies or is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing.spawn import get_executable
from typing import IO, Any

from neuronetra.adapters.executors import worker
from neuronetra.adapters.executors.messages import READY, Kind, receive, send, unpacked
from neuronetra.adapters.executors.worker import LEFT_TO_THE_PARENT, OUT_OF_MEMORY
from neuronetra.errors import NeuronetraError, WorkerError
from neuronetra.ports import Outcome

_CODE = "import sys; sys.path[:] = {path}; from {module} import main; main({parent})"
"""The path first: by itself a process looks for modules in the folder that it is started in."""
_FEWER = "free memory, or use fewer processes"


class Died(Exception):  # noqa: N818 - no error of the package: the caller tries again
    """The worker ended at its work; ``error`` says how."""

    def __init__(self, error: WorkerError) -> None:
        super().__init__(str(error))
        self.error = error


class WorkerProcess:
    """One process that applies a function, given as its pickle, to items.

    On Linux the thread that makes it must live as long as it does: the system ends it with that thread. That
    thread is spared the signals in ``LEFT_TO_THE_PARENT`` from then on, and so is the process from its start:
    Ctrl-C, before it can say that it does not mind, and what the system sends to who writes to a dead worker.
    """

    def __init__(self, function: bytes) -> None:
        with suppress(AttributeError):
            signal.pthread_sigmask(signal.SIG_BLOCK, LEFT_TO_THE_PARENT)
        self._process = _started()
        self._items, self._answers = _ends(self._process)
        try:
            send(self._items, function)
            answer = unpacked(receive(self._answers))
        except (EOFError, OSError):
            death = self._death()
            self.close()
            raise Died(death) from None
        if answer != READY:
            self.close()
            raise WorkerError(
                "the work cannot be loaded in another process",
                found=answer,
                fix="define the function in a module that can be imported",
            )

    def do(self, item: bytes) -> Outcome[Any]:
        """What becomes of an item, given as its pickle. Raises ``Died`` where the process ends at it."""
        try:
            send(self._items, item)
            kind, content = unpacked(receive(self._answers))
        except (EOFError, OSError):
            raise Died(self._death()) from None
        if kind == Kind.UNEXPECTED:
            return Outcome(error=WorkerError(f"unexpected {content}"))
        try:
            told = unpacked(content)
        except Exception as error:  # noqa: BLE001 - a result of a type that does not come back
            return Outcome(error=WorkerError(f"a result that cannot be read: {type(error).__name__}"))
        return (
            Outcome(error=told) if isinstance(told, NeuronetraError) and kind == Kind.ERROR else Outcome(told)
        )

    def _death(self) -> WorkerError:
        """How it ended, in words."""
        self.kill()
        code = self._process.returncode
        if code == OUT_OF_MEMORY:
            return WorkerError("out of memory", fix=_FEWER)
        if code < 0:
            names = {int(number): number.name for number in signal.Signals}
            return WorkerError(
                "the process that worked on it was ended",
                found=names.get(-code, f"signal {-code}"),
                fix=_FEWER if -code == signal.SIGKILL else "",
            )
        return WorkerError("the process that worked on it ended", found=f"exit code {code}")

    def kill(self) -> None:
        """End it at once, whatever it does; a second call does nothing. Any thread may call it."""
        with suppress(OSError):
            self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it and close the pipes: for the thread that uses it."""
        self.kill()
        for stream in (self._items, self._answers):
            with suppress(OSError):  # what was not yet written has nowhere to go
                stream.close()


def _ends(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise TypeError("a process without pipes")
    return process.stdin, process.stdout


def _started() -> subprocess.Popen[bytes]:
    path = ascii([entry for entry in sys.path if isinstance(entry, str)])
    code = _CODE.format(path=path, module=worker.__name__, parent=os.getpid())
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [get_executable(), "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if sys.stderr is None else None,  # it needs one, if only to be silent
        )
    except OSError as error:
        raise WorkerError(
            "no process can be started", found=error.strerror or "an error", fix=_FEWER
        ) from None
