"""Torch and ONNX Runtime give the same scores, with and without optimised copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuronetra.adapters.runtimes.onnx import OnnxRuntime
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.app.agreement import trial_batch
from neuronetra.errors import UsageError

pytest.importorskip("torch", reason="making networks needs the extra train")
from neuronetra.adapters.runtimes.torch import TorchRuntime


@pytest.mark.parametrize("once", [False, True])
def test_runtimes_agree_on_every_member(small_store: Path, tmp_path: Path, once: bool) -> None:
    """Each member's probabilities differ by at most 1e-5 between the runtimes."""
    store = FolderStore(str(small_store))
    batch = trial_batch((64, 64), 3)
    torch_runtime = TorchRuntime(device="cpu")
    onnx_runtimes = [OnnxRuntime(cache=""), OnnxRuntime(cache=str(tmp_path))]
    for name in store.names():
        expected = torch_runtime.open(store.load(name, "safetensors")).score(batch).probabilities
        for runtime in onnx_runtimes:
            with runtime.open(store.load(name, "onnx"), once) as scorer:
                found = scorer.score(batch).probabilities
            np.testing.assert_allclose(found, expected, atol=1e-5)


def test_members_are_not_constants(small_store: Path) -> None:
    """Other images give other scores, and other members other scores of one image."""
    store, runtime = FolderStore(str(small_store)), OnnxRuntime(cache="")
    batch = trial_batch((64, 64), 2)
    given = [runtime.open(store.load(name, "onnx")).score(batch).probabilities for name in store.names()]
    assert all(np.abs(rows[0] - rows[1]).max() > 1e-6 for rows in given)
    assert np.ptp(np.stack(given), axis=0).max() > 1e-3


def test_half_precision_is_close(small_store: Path) -> None:
    """bfloat16 on the CPU gives scores within a few hundredths of float32's."""
    store = FolderStore(str(small_store))
    checkpoint = store.load(store.names()[0], "safetensors")
    batch = trial_batch((64, 64))
    full = TorchRuntime(device="cpu").open(checkpoint).score(batch).probabilities
    half = TorchRuntime(device="cpu", precision="bfloat16").open(checkpoint).score(batch).probabilities
    assert 0.0 < np.abs(full - half).max() < 0.05


def test_thread_count_is_put_back(small_store: Path) -> None:
    """Torch's thread count, which belongs to the process, is as before after a call."""
    import torch

    store = FolderStore(str(small_store))
    before = torch.get_num_threads()
    checkpoint = store.load(store.names()[0], "safetensors")
    TorchRuntime(device="cpu", threads=before + 1).open(checkpoint).score(trial_batch((64, 64)))
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("runtime", "options"),
    [
        (OnnxRuntime, {"precision": "float16"}),
        (TorchRuntime, {"precision": "float16", "device": "cpu"}),
        (TorchRuntime, {"precision": "float8"}),
    ],
)
def test_precisions_that_cannot_be_had(runtime: type, options: dict[str, str]) -> None:
    """A precision that the runtime or device does not have is refused at once."""
    with pytest.raises(UsageError):
        runtime(**options)


def test_cuda_where_there_is_none() -> None:
    """Asking for CUDA without a device is one clear error with a fix."""
    import onnxruntime
    import torch

    if not torch.cuda.is_available():
        with pytest.raises(UsageError, match="--device cpu"):
            TorchRuntime(device="cuda")
    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        with pytest.raises(UsageError, match="onnxruntime-gpu"):
            OnnxRuntime(device="cuda")
