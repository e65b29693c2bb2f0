"""What preparing costs beside a plain loop of pydicom, OpenCV and numpy, as ratios taken in one run.

    python bench/prepare.py [--series 32] [--slices 100] [--rounds 3] [--stages]

Cohorts are made up in a temporary folder: noisy heads, CTA of 512 x 512 and MR of 256 x 256, uncompressed. Each
round runs every row once, in turn, on files that were just read: the plain loop (`plain_prepare.py`) in one process
and in a pool of two, `prepare` with one job and with two, each an interpreter of its own. The table shows medians
in slices per second and in milliseconds of processor time a slice, and the medians of each round's ratios to the
plain loop with as many processes: of seconds, which others on the machine disturb, and of processor time, which
they disturb less.

`prepare` does more: it checks geometry, order and every length, keeps where each slice lies, and returns when the
disk has what it wrote. `--stages` shows where the time of either goes, per slice, on one core.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pydicom
from plain_prepare import plain_image

from neuronetra.adapters.frame_stores.pictures import encoded
from neuronetra.adapters.frame_stores.png import PngFrameStore
from neuronetra.adapters.imaging.opencv import OpenCVPreprocessor
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.config import Configuration
from neuronetra.domain.arrays import Float64
from neuronetra.domain.frames import Frames
from neuronetra.domain.intensity import windowed
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import Kept, PreparedSeries, StoredFrame
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING
from neuronetra.domain.recipes import V3
from neuronetra.domain.shards import Shard
from neuronetra.testing.phantom import head
from neuronetra.testing.series_builder import ROOT, SeriesPlan, build, write_datasets
from neuronetra.wiring import Wiring
from neuronetra.wiring.cohorts import cohort_at
from neuronetra.wiring.preparation import CohortPreparation

KINDS = {"CTA 512 x 512": ("CT", 512), "MR 256 x 256": ("MR", 256)}
HERE = Path(__file__).parent


def noisy_head(shape: tuple[int, int, int]) -> Float64:
    """A made-up head with noise of about 25 HU."""
    noise = np.random.default_rng(shape[1]).normal(0.0, 25.0 / 4095.0, shape).astype(np.float32)
    return np.asarray(np.clip(head(shape) + noise, 0.0, 1.1))


def made(folder: Path, modality: str, side: int, series: int, slices: int) -> Path:
    """A cohort of series that differ in their uids alone, stored as scanners store them."""
    ct = {"slope": 1.0, "intercept": -1024.0} if modality == "CT" else {}
    root = folder / "series"
    rows = [",".join(("SeriesInstanceUID", "Modality", *LABELS))]
    datasets = []
    for number in range(1, series + 1):
        plan = SeriesPlan(
            shape=(slices, side, side), series=number, modality=modality, picture=noisy_head, **ct
        )
        built = build(plan) if not datasets else None
        datasets = built.datasets if built else datasets
        uid = f"{ROOT}.{number}"
        for dataset in datasets:
            dataset.SeriesInstanceUID = uid
            dataset.PatientID = f"patient {number}"
        write_datasets(datasets, root / uid)
        rows.append(",".join((uid, "CTA" if ct else "MRI T2", *("0" for _ in LABELS))))
    (folder / "train.csv").write_text("\n".join(rows) + "\n")
    return folder


def script(*arguments: object) -> None:
    """Another interpreter, as whoever runs the one or the other starts it."""
    subprocess.run([sys.executable, *map(str, arguments)], check=True)


def ours(place: str, out: str, jobs: int) -> None:
    """The use case, from reading the cohort to the last table."""
    cohort = cohort_at(Wiring(Configuration()), place).read()
    preparation = CohortPreparation(Wiring(Configuration()), out, V3, Kept.ALL, bytes(32), jobs)
    done = preparation.run(cohort, Shard())
    if done.failures or done.made != len(cohort):
        raise SystemExit(f"not all were prepared: {done}")


def seconds(work: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    """How long it takes to fill a new folder, and the processor time of it and its processes.

    Nothing of earlier rows is still to be written to the disk.
    """
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()
    start, used = time.perf_counter(), processor_time()
    work(folder)
    return time.perf_counter() - start, processor_time() - used


def processor_time() -> float:
    """Seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def measured(cohort: Path, work: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds and processor time of each row in each round; a round before them warms the files up."""
    plain, prepare = (HERE / "plain_prepare.py", cohort), (__file__, "--prepare", cohort)
    rows: dict[str, Callable[[Path], None]] = {
        "plain, 1 process": lambda out: script(*plain, out, 1),
        "prepare, 1 job": lambda out: script(*prepare, out, 1),
        "plain, 2 processes": lambda out: script(*plain, out, 2),
        "prepare, 2 jobs": lambda out: script(*prepare, out, 2),
    }
    rows["plain, 2 processes"](work / "warm")
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, row in rows.items():
            times[name].append(seconds(row, work / "out"))
    return times


def report(kind: str, times: dict[str, list[tuple[float, float]]], slices: int) -> None:
    """Slices per second, processor time, and ratios to the plain loop of as many processes."""
    print(f"\n{kind}, {slices} slices")
    for name, taken in times.items():
        wall, used = (statistics.median(column) for column in zip(*taken, strict=True))
        line = f"  {name:<20} {slices / wall:8.0f} slices/s {1000 * used / slices:8.2f} ms of processor"
        if name.startswith("prepare"):
            base = times[f"plain, {name[9]} process{'es' if name[9] == '2' else ''}"]
            ratios = [[b / a for a, b in zip(*pair, strict=True)] for pair in zip(taken, base, strict=True)]
            faster, cheaper = (statistics.median(column) for column in zip(*ratios, strict=True))
            line += f"   {faster:.2f} x plain in seconds, {cheaper:.2f} x in processor time"
        print(line)


def stage(work: Callable[[], object], count: int, repeats: int = 3) -> float:
    """Milliseconds a slice, the best of a few."""
    best = min(_timed(work) for _ in range(repeats))
    return 1000.0 * best / count


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def stages(cohort: Path, work: Path) -> None:
    """Where the time goes, per slice, in both."""
    cv2.setNumThreads(1)
    folder = min((cohort / "series").iterdir())
    files = sorted(folder.iterdir())
    datasets = [pydicom.dcmread(path) for path in files]
    images = [plain_image(one) for one in datasets]
    reader, preprocessor = PydicomReader(threads=1), OpenCVPreprocessor(1)
    (series,) = reader.scan(str(folder))
    frames = reader.load(series, range(series.frame_count))
    modality = Modality.MR if series.modality is None else series.modality.modality
    ready = preprocessor.apply(frames, FOUNDING_PREPROCESSING, modality)
    window = FOUNDING_PREPROCESSING.steps[0]
    seen = [windowed(one, window, modality) for one in frames.pixels]
    count = len(files)
    rows: dict[str, Callable[[], object]] = {
        "plain: dcmread": lambda: [pydicom.dcmread(path) for path in files],
        "plain: dcmread, pixels": lambda: [pydicom.dcmread(path).pixel_array for path in files],
        "plain: all but writing": lambda: [plain_image(pydicom.dcmread(path)) for path in files],
        "plain: imwrite": lambda: [cv2.imwrite(str(work / "one.png"), image) for image in images],
        "prepare: scan": lambda: reader.scan(str(folder)),
        "prepare: load": lambda: reader.load(series, range(series.frame_count)),
        "prepare: window": lambda: [windowed(one, window, modality) for one in frames.pixels],
        "both: CLAHE": lambda: [cv2.createCLAHE(2.0, (8, 8)).apply(one) for one in seen],
        "both: resize": lambda: [cv2.resize(one, (224, 224), interpolation=cv2.INTER_AREA) for one in seen],
        "prepare: all steps": lambda: preprocessor.apply(frames, FOUNDING_PREPROCESSING, modality),
        "both: PNG in memory": lambda: [encoded(one) for one in ready.pixels],
        "prepare: keep": lambda: keep(work, ready, modality),
    }
    for name, one in rows.items():
        print(f"    {name:<24} {stage(one, count):7.2f} ms a slice")


def keep(work: Path, frames: Frames, modality: Modality) -> None:
    """Written as the store does."""
    stored = tuple(StoredFrame(index, (0.0, 0.0, float(index)), f"1.2.{index}") for index in frames.positions)
    PngFrameStore(str(work / "store")).write(
        PreparedSeries("1.2", modality, frames.plane, len(frames), stored), frames
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=32)
    parser.add_argument("--slices", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--prepare", nargs=3, metavar=("COHORT", "OUT", "JOBS"), help=argparse.SUPPRESS)
    parser.add_argument("--json", metavar="FILE", help="write all times there too")
    asked = parser.parse_args()
    if asked.prepare:
        ours(asked.prepare[0], asked.prepare[1], int(asked.prepare[2]))
        return
    everything = {}
    for kind, (modality, side) in KINDS.items():
        with tempfile.TemporaryDirectory() as place:
            cohort = made(Path(place) / "cohort", modality, side, asked.series, asked.slices)
            everything[kind] = measured(cohort, Path(place), asked.rounds)
            report(kind, everything[kind], asked.series * asked.slices)
            if asked.stages:
                stages(cohort, Path(place))
    if asked.json:
        Path(asked.json).write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main()
