"""A process that makes images for training. It loads no torch."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process

from neuronetra.adapters.training.series_images import SeriesImages
from neuronetra.domain.arrays import Array, UInt8

_MINE: list[SeriesImages] = []


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C waits until the end of the block, and never reaches a process that is started in it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin(images: SeriesImages) -> None:
    """Take over what is made here. Ctrl-C is for the parent, and the parent's end is the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    _MINE[:] = [images]


def _follow_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def make(epoch: int | None, index: int) -> tuple[UInt8, Array]:
    """A training series as ``epoch`` draws it, or a validation series where that is ``None``."""
    images = _MINE[0]
    return images.validation(index) if epoch is None else images.training(epoch, index)
