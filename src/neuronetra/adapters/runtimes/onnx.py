"""Checkpoints run by ONNX Runtime."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np

from neuronetra.adapters.runtimes.optimised import OptimisedCopies
from neuronetra.adapters.runtimes.silent_onnxruntime import ort
from neuronetra.domain.checkpoints import Checkpoint
from neuronetra.domain.locations import LABELS
from neuronetra.domain.scores import Batch, Scores
from neuronetra.errors import ManifestError, ScoringError, StoreError, UsageError
from neuronetra.ports import Closing

_CUDA = "CUDAExecutionProvider"
_CPU = "CPUExecutionProvider"
_LOG = logging.getLogger(__name__)
_QUIET = 4
"""ONNX Runtime's own log: fatal alone; what goes wrong comes back as an exception."""


class OnnxRuntime:
    """``device`` auto, cpu or cuda; ``threads``: cores to use, one member each.

    On the CPU members are opened from optimised copies in ``cache`` (default: the user's cache folder;
    "" for none), which are made on first use; they fit one machine and are never needed.
    """

    weights = "onnx"

    def __init__(
        self,
        device: str = "auto",
        precision: str = "float32",
        threads: int | None = None,
        threads_per_member: int = 1,
        cache: str | None = None,
    ) -> None:
        if precision != "float32":
            raise UsageError(
                "the onnx runtime computes in float32", found=precision, fix="use --runtime torch"
            )
        self.device = _device(device)
        if (threads is not None and threads < 1) or threads_per_member < 1:
            raise UsageError(
                "threads are counted from 1", found=f"{threads}, {threads_per_member} per member"
            )
        cores = threads or available_cores()
        self.workers = 1 if self.device == "cuda" else max(1, cores // threads_per_member)
        self._threads_per_member = threads_per_member
        self._copies = OptimisedCopies(cache) if self.device == "cpu" else None

    def open(self, checkpoint: Checkpoint, once: bool = False) -> OnnxScorer:
        session = self._session(checkpoint, once)
        _require_same_network(session, checkpoint)
        return OnnxScorer(session, one_by_one=self.device == "cpu")

    def _session(self, checkpoint: Checkpoint, once: bool) -> Any:
        path = Path(checkpoint.path)
        sha256 = checkpoint.manifest.sha256.get("onnx")
        copy = self._copies.of(path, sha256) if self._copies is not None and sha256 else None
        if copy is not None:
            try:
                return self._opened(copy, once, optimised=True)
            except Exception as error:  # noqa: BLE001 - ONNX Runtime's; the copy is not needed
                _LOG.info("an optimised copy does not open: %s", type(error).__name__)
        try:
            return self._opened(path, once, optimised=False)
        except Exception as error:  # ONNX Runtime's exceptions share no base class but this
            raise StoreError(
                "ONNX Runtime cannot open the network", where=str(path), fix="export it anew"
            ) from error

    def _opened(self, path: Path, once: bool, *, optimised: bool) -> Any:
        options = ort.SessionOptions()
        options.log_severity_level = _QUIET
        options.intra_op_num_threads = self._threads_per_member
        options.inter_op_num_threads = 1
        if optimised:
            options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        if once:  # for one call, memory counts for more than the last tenth of speed
            options.enable_cpu_mem_arena = False
            options.add_session_config_entry("session.disable_prepacking", "1")
        providers = [_CUDA, _CPU] if self.device == "cuda" else [_CPU]
        return ort.InferenceSession(str(path), options, providers=providers)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _device(wanted: str) -> str:
    if wanted not in {"auto", "cpu", "cuda"}:
        raise UsageError("unknown device", found=repr(wanted), expected="auto, cpu or cuda")
    has_cuda = _CUDA in ort.get_available_providers()
    if wanted == "auto":
        return "cuda" if has_cuda else "cpu"
    if wanted == "cuda" and not has_cuda:
        raise UsageError(
            "this onnxruntime has no CUDA",
            fix="pip uninstall -y onnxruntime && pip install onnxruntime-gpu",
        )
    return wanted


def _require_same_network(session: Any, checkpoint: Checkpoint) -> None:
    """The file's own word on labels, preprocessing and size must be the manifest's."""
    stated = session.get_modelmeta().custom_metadata_map
    manifest = checkpoint.manifest
    shape = list(session.get_inputs()[0].shape)[1:]
    for what, found, expected in (
        ("name", stated.get("name"), str(manifest.name)),
        ("label order", stated.get("labels"), json.dumps(list(manifest.labels), ensure_ascii=False)),
        ("preprocessing", stated.get("preprocessing_sha256"), manifest.pipeline.preprocessing.digest),
        ("input size", shape, [3, *manifest.spec.input_size]),
        ("number of labels", session.get_outputs()[0].shape[-1], len(LABELS)),
    ):
        if found != expected:
            raise ManifestError(
                f"the network's {what} is not the manifest's",
                where=checkpoint.path,
                found=str(found)[:80],
                expected=str(expected)[:80],
                fix="export the member anew",
            )


class OnnxScorer(Closing):
    """A network held by ONNX Runtime."""

    def __init__(self, session: Any, *, one_by_one: bool) -> None:
        self._session = session
        self._one_by_one = one_by_one

    def score(self, batch: Batch) -> Scores:
        session = self._session
        if session is None:
            raise ScoringError("the network is closed")
        step = 1 if self._one_by_one else len(batch)  # on one core single images are faster
        try:
            parts = [
                session.run(["probabilities"], {"images": batch.images[i : i + step]})[0]
                for i in range(0, len(batch), step)
            ]
        except Exception as error:  # ONNX Runtime's exceptions share no base class but this
            raise ScoringError("ONNX Runtime could not run the network") from error
        return Scores(np.concatenate(parts))

    def close(self) -> None:
        self._session = None
