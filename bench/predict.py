"""What a prediction costs, as ratios taken in one run.

    python bench/predict.py SERIES STORE [--rounds 7]

SERIES is a folder with one DICOM series, STORE a v3 store with ONNX and safetensors weights. Each round
measures every row once, in turn, so that a machine whose speed drifts drifts for all of them; the table
shows medians and, where two rows are compared, the median of the ratios of each round.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pydicom
import torch

from neuronetra import open_predictor
from neuronetra.adapters.imaging.opencv import OpenCVPreprocessor
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.adapters.runtimes.torch import TorchRuntime
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.app.agreement import trial_batch
from neuronetra.domain.modality import Modality
from neuronetra.domain.recipes import V3
from neuronetra.ports import SeriesReader

FLOOR_FLOP = 154e9
"""Multiply-adds of 18 passes, as floating-point operations."""
SIDE = 2048
PRODUCTS = 6

EAGER_PROCESS = """
import sys, time
started = time.perf_counter()
from neuronetra.adapters.runtimes.torch import TorchRuntime
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.app.agreement import trial_batch
store, runtime = FolderStore(sys.argv[1]), TorchRuntime(device="cpu")
members = [runtime.open(store.load(m.name, "safetensors")) for m in store.ensemble().members]
for member in members:
    member.score(trial_batch((224, 224)))
"""


MEASURE = """
import os, sys, time
started = time.perf_counter()
nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - started, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def floor() -> float:
    """Seconds of float32 matrix products on all cores, scaled to ``FLOOR_FLOP``."""
    left, right = torch.randn(SIDE, SIDE), torch.randn(SIDE, SIDE)
    times = []
    for _ in range(PRODUCTS):
        started = time.perf_counter()
        left @ right
        times.append(time.perf_counter() - started)
    return float(np.median(times)) * FLOOR_FLOP / (2 * SIDE**3)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def process(arguments: Sequence[str]) -> tuple[float, float]:
    """Seconds and peak memory in MB of a whole process.

    A small process starts and waits for it: the kernel counts a parent's memory as its child's peak.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"failed: {' '.join(arguments[:4])}: {done.stderr}")
    seconds, kilobytes = done.stdout.split()
    return float(seconds), float(kilobytes) / 1024


def scan_and_eight(reader: SeriesReader, path: str) -> None:
    series = reader.scan(path)[0]
    reader.load(series, V3.pipeline.sampler.select(series))


def whole_volume(path: str) -> None:
    """All slices by plain pydicom, ordered by position."""
    slices = [pydicom.dcmread(file) for file in sorted(Path(path).iterdir())]
    slices.sort(key=lambda entry: float(entry.ImagePositionPatient[2]))
    np.stack([entry.pixel_array for entry in slices])


def rows(series: str, store: str) -> dict[str, Callable[[], float]]:
    opened = FolderStore(store)
    runtime = TorchRuntime(device="cpu")
    eager = [runtime.open(opened.load(m.name, "safetensors")) for m in opened.ensemble().members]
    batch = trial_batch((224, 224))
    predictor = open_predictor(store)
    predictor.predict(series)
    pydicom_reader, simpleitk_reader = PydicomReader(), SimpleITKReader()
    prepared = OpenCVPreprocessor()
    found = pydicom_reader.scan(series)[0]
    frames = pydicom_reader.load(found, V3.pipeline.sampler.select(found))

    def encode() -> None:
        small = prepared.apply(frames, V3.pipeline.preprocessing, Modality.MR)
        for view in V3.views:
            V3.pipeline.encoder.encode(view.apply(small))

    return {
        "floor": floor,
        "eager": lambda: timed(lambda: [member.score(batch) for member in eager]),
        "warm": lambda: timed(lambda: predictor.predict(series)),
        "volume": lambda: timed(lambda: whole_volume(series)),
        "pydicom": lambda: timed(lambda: scan_and_eight(pydicom_reader, series)),
        "simpleitk": lambda: timed(lambda: scan_and_eight(simpleitk_reader, series)),
        "encode": lambda: timed(encode),
    }


def measure(series: str, store: str, rounds: int) -> tuple[dict[str, list[float]], list[float]]:
    measured = rows(series, store)
    times: dict[str, list[float]] = {name: [] for name in [*measured, "one-shot", "eager process"]}
    peaks: list[float] = []
    neuronetra = [
        sys.executable,
        "-m",
        "neuronetra",
        "predict",
        series,
        "--models",
        store,
        "--format",
        "json",
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(EAGER_PROCESS)
        script.flush()
        for number in range(rounds + 1):
            taken = {name: work() for name, work in measured.items()}
            taken["one-shot"], peak = process(neuronetra)
            taken["eager process"], _ = process([sys.executable, script.name, store])
            if number:  # the first round warms caches
                peaks.append(peak)
                for name, seconds in taken.items():
                    times[name].append(seconds)
            print(f"round {number} of {rounds}", file=sys.stderr)
    return times, peaks


def table(times: dict[str, list[float]], peaks: list[float]) -> list[tuple[str, float, str]]:
    def ratio(of: str, to: str) -> str:
        return f"{float(np.median(np.array(times[of]) / np.array(times[to]))):.2f} x {to}"

    medians = {name: float(np.median(seconds)) for name, seconds in times.items()}
    compared = {
        "floor": "154 GFLOP of 2048 x 2048 float32 products",
        "eager": f"18 passes in Torch: {ratio('eager', 'warm')}",
        "warm": f"{ratio('warm', 'floor')}",
        "one-shot": f"{ratio('one-shot', 'eager process')}, peak {max(peaks):.0f} MB",
        "eager process": "import, load, run in Torch and timm",
        "volume": "every slice by plain pydicom",
        "pydicom": f"scan and 8 slices: {ratio('pydicom', 'volume')}",
        "simpleitk": f"scan and 8 slices: {ratio('simpleitk', 'volume')}",
        "encode": "preprocessing and encoding of 8 slices, two views",
    }
    return [(name, medians[name], text) for name, text in compared.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description="What a prediction costs.")
    parser.add_argument("series")
    parser.add_argument("store")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    given = parser.parse_args()
    found = table(*measure(given.series, given.store, given.rounds))
    if given.format == "json":
        print(json.dumps([{"what": n, "median_s": s, "compared": t} for n, s, t in found], indent=1))
        return
    for name, seconds, text in found:
        print(f"{name:14s} {seconds:8.3f} s   {text}")


if __name__ == "__main__":
    main()
