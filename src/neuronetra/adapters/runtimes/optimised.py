"""Optimised copies of ONNX networks: made once per machine, kept in the user's cache folder.

ONNX Runtime's optimised graph holds weights laid out for one processor; opening it takes milliseconds
instead of a second. A copy is keyed by the network's sha256, ONNX Runtime's version and the processor.
Its sizes and checksums are recorded, and a copy that does not fit them is made anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from threading import Lock

import numpy as np
from platformdirs import user_cache_path

from neuronetra.adapters.runtimes.silent_onnxruntime import ort

_LOG = logging.getLogger(__name__)
_GRAPH, _WEIGHTS, _RECORD = "network.onnx", "network.bin", "record.json"
_LARGEST_CACHE = 6 * 1024**3
_CHUNK = 1 << 20
_PRIME = 1_099_511_628_211
_WORD = (1 << 64) - 1

_building = Lock()
"""Making a copy takes half a gigabyte for a moment: one at a time in a process."""


class OptimisedCopies:
    """Copies below ``folder`` (default: the user's cache folder; "" for none)."""

    def __init__(self, folder: str | None = None) -> None:
        root = _user_cache() if folder is None else Path(folder) if folder else None
        self._folder = None if root is None else root / f"{ort.__version__}-{_processor()}"

    def of(self, network: Path, sha256: str) -> Path | None:
        """The optimised copy of a verified network, made if need be; ``None`` where none can be kept."""
        if self._folder is None:
            return None
        copy = self._folder / sha256[:32]
        if _fits(copy):
            return copy / _GRAPH
        with _building:
            if _fits(copy):
                return copy / _GRAPH
            try:
                _make(network, copy)
                _evict(self._folder, keep=copy)
            except Exception as error:  # noqa: BLE001 - no room, no right, or ONNX Runtime's own
                _LOG.info("no optimised copy can be kept: %s", type(error).__name__)
                return None
        return copy / _GRAPH if _fits(copy) else None


def _user_cache() -> Path | None:
    """The user's cache folder; ``None`` where there is no home to look for it in."""
    try:
        return user_cache_path("neuronetra") / "onnx"
    except (RuntimeError, OSError):
        return None


def checksum(path: Path) -> int:
    """A 64-bit checksum against damage (not against forgery), several times faster than sha256."""
    total = path.stat().st_size
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            even = count - count % 8
            words = int(np.frombuffer(view[:even], np.uint64).sum(dtype=np.uint64))
            tail = int.from_bytes(view[even:count], "little")
            total = (total * _PRIME + words + tail) & _WORD
    return total


def _fits(copy: Path) -> bool:
    """Whether the copy is whole, as its record says."""
    try:
        record = json.loads((copy / _RECORD).read_bytes())
        fits = all(checksum(copy / name) == record[name] for name in (_GRAPH, _WEIGHTS))
    except (OSError, ValueError, KeyError, TypeError):
        return False
    with suppress(OSError):  # when it was last used; a read-only cache keeps no such note
        os.utime(copy)
    return fits


def _make(network: Path, copy: Path) -> None:
    """Optimise into a folder beside, record it, and rename it into place."""
    partial = copy.with_name(f".{copy.name}.{secrets.token_hex(4)}")
    partial.mkdir(parents=True)
    try:
        _optimise(network, partial)
        record = {name: checksum(partial / name) for name in (_GRAPH, _WEIGHTS)}
        (partial / _RECORD).write_text(json.dumps(record))
        if not _fits(copy):  # else another process was faster
            shutil.rmtree(copy, ignore_errors=True)
            partial.rename(copy)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _optimise(network: Path, folder: Path) -> None:
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.optimized_model_filepath = str(folder / _GRAPH)
    prefix = "session.optimized_model_external_initializers_"
    options.add_session_config_entry(f"{prefix}file_name", _WEIGHTS)
    options.add_session_config_entry(f"{prefix}min_size_in_bytes", "1024")
    options.add_session_config_entry("session.disable_prepacking", "1")
    ort.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])


def _evict(folder: Path, keep: Path) -> None:
    """Remove the copies used longest ago until what is left is below the limit."""
    copies = sorted((path for path in folder.parent.glob("*/*") if path.is_dir()), key=_last_use)
    sizes = {path: sum(file.stat().st_size for file in path.iterdir()) for path in copies}
    total = sum(sizes.values())
    for path in copies:
        if total <= _LARGEST_CACHE:
            return
        if path != keep:
            shutil.rmtree(path, ignore_errors=True)
            total -= sizes[path]


def _last_use(path: Path) -> float:
    return path.stat().st_mtime


def _processor() -> str:
    """A short name for this processor and its instruction sets."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        facts = [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
        described = "\n".join(sorted(set(facts)))
    except OSError:
        described = platform.processor()
    text = f"{platform.machine()} {platform.system()} {described}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
