"""A worker: the process at the other end of the pipes, which never outlives its parent.

It is started by ``python -c``, not as a copy of its parent: no lock, file or thread of the parent leaks into
it, and the parent's main module is not run again. Items come through standard input; the results go out
through what was standard output, while whatever else prints goes to standard error.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from neuronetra.adapters.executors.messages import READY, Kind, packed, receive, send, unpacked
from neuronetra.errors import NeuronetraError

ORPHANED = 75
OUT_OF_MEMORY = 76
"""Exit codes of a worker whose parent is gone, and of one that ran out of memory."""
LEFT_TO_THE_PARENT = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGPIPE") if hasattr(signal, name)
)
"""Signals that find a worker, and the parent's thread that minds it, deaf."""
_PR_SET_PDEATHSIG = 1


def main(parent: int) -> None:
    """Work for the process ``parent`` until it closes the pipe or dies."""
    _die_with(parent)
    _leave_signals_to_the_parent()
    answers, given = _pipes()
    items: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(given, items), daemon=True).start()
    function = _function(items.get(), answers)
    while True:
        send(answers, _answer(function, items.get()))


def _die_with(parent: int) -> None:
    """Linux kills this process when the parent ends, however it ends, whatever runs here."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.name == "posix" and os.getppid() != parent:  # it died before that could be asked for
        os._exit(ORPHANED)


def _leave_signals_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the parent ends its workers itself."""
    for number in LEFT_TO_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, LEFT_TO_THE_PARENT)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Where answers go and items come from, out of the reach of anything that prints or reads."""
    answers, given = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return answers, given


def _listen(given: BinaryIO, items: SimpleQueue[bytes]) -> None:
    """Hand items on; the end of the pipe is the end of the parent, and of this process at once."""
    try:
        while True:
            items.put(receive(given))
    except (EOFError, OSError, MemoryError):
        os._exit(ORPHANED)


def _function(content: bytes, answers: BinaryIO) -> Callable[[Any], Any]:
    """The function to apply, once the parent knows whether there is one here."""
    try:
        function: Callable[[Any], Any] = unpacked(content)
    except Exception as error:  # noqa: BLE001 - not importable here, or a plug-in's that breaks
        send(answers, packed(type(error).__name__))
        os._exit(0)
    send(answers, packed(READY))
    return function


def _answer(function: Callable[[Any], Any], item: bytes) -> bytes:
    try:
        return packed((Kind.VALUE, packed(function(unpacked(item)))))
    except NeuronetraError as error:
        return _told(error)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:  # noqa: BLE001 - told to the parent by its type: its text may quote data
        return packed((Kind.UNEXPECTED, type(error).__name__))


def _told(error: NeuronetraError) -> bytes:
    """The error itself where it survives the journey, else its type."""
    try:
        content = packed(error)
        unpacked(content)
    except Exception:  # noqa: BLE001 - a plug-in's error that cannot be pickled
        return packed((Kind.UNEXPECTED, type(error).__name__))
    return packed((Kind.ERROR, content))
