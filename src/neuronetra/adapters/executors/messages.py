"""What passes through the pipes between a parent and its worker: pickles, each after its length."""

from __future__ import annotations

import pickle
from enum import IntEnum
from typing import IO, Any

_LENGTH_BYTES = 8
READY = "ready"


class Kind(IntEnum):
    """What a worker's answer holds."""

    VALUE = 0
    """The function's result."""
    ERROR = 1
    """The ``NeuronetraError`` that it raised."""
    UNEXPECTED = 2
    """The name of the type of any other exception."""


def packed(message: Any) -> bytes:
    """``message`` as the bytes of a pickle. Raises what pickle does where it cannot be one."""
    return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)


def unpacked(content: bytes) -> Any:
    """The reverse; the bytes come from a process that this one started, or that started it."""
    return pickle.loads(content)  # noqa: S301 - from our own process


def send(stream: IO[bytes], content: bytes) -> None:
    """One message. Raises ``OSError`` where the other end is gone."""
    stream.write(len(content).to_bytes(_LENGTH_BYTES, "little"))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """One message, once it is there whole. Raises ``EOFError`` where the other end is gone."""
    return _exactly(stream, int.from_bytes(_exactly(stream, _LENGTH_BYTES), "little"))


def _exactly(stream: IO[bytes], count: int) -> bytes:
    content = stream.read(count)
    if len(content) != count:
        raise EOFError
    return content
