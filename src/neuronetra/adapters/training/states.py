"""The state of a training that is not done: one file, whole, with its checksum. Nothing in it is unpickled.

The file is a line (what it is, the sha256 of the rest) and what ``torch.save`` made of tensors and plain data.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from neuronetra.adapters.disk.atomic import replacing
from neuronetra.domain.training_run import TrainingJob
from neuronetra.errors import TrainingError

_MARK = b"neuronetra training state 1 "
_HEAD = len(_MARK) + 64 + 1


def write_state(path: Path, document: Mapping[str, Any]) -> None:
    """Put the state in place of the one before, which stays whole until then. Raises ``OutputError``."""
    held = io.BytesIO()
    torch.save(dict(document), held)
    content = held.getbuffer()
    with replacing(path) as stream:
        stream.write(_MARK + hashlib.sha256(content).hexdigest().encode() + b"\n")
        stream.write(content)


def read_state(path: Path, job: TrainingJob) -> dict[str, Any] | None:
    """The state of ``job``; ``None`` where there is none yet.

    Raises ``TrainingError`` where it is damaged or another job's.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unusable(path, error.strerror or type(error).__name__) from error
    document = _document(path, memoryview(content))
    if document.get("digest") != job.digest:
        raise unusable(path, "the state of other series, another recipe, seed or pretrained file")
    return document


def _document(path: Path, content: memoryview) -> dict[str, Any]:
    head, rest = bytes(content[:_HEAD]), content[_HEAD:]
    if head != _MARK + hashlib.sha256(rest).hexdigest().encode() + b"\n":
        raise unusable(path, "a file that is damaged or none of its own")
    try:
        document = torch.load(io.BytesIO(rest), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever the restricted reader makes of bytes that are not its own
        raise unusable(path, "more than tensors and plain data: refused, nothing was run") from error
    if not isinstance(document, dict):
        raise unusable(path, "a file that is none of its own")
    return document


def unusable(path: Path, found: str) -> TrainingError:
    """The error for a state that cannot be gone on from."""
    return TrainingError(
        "the state of the training cannot be gone on from",
        where=str(path),
        found=found,
        fix="remove this file to train this network anew, or name another store",
    )
