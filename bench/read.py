"""What reading costs, each reader against plain pydicom and plain SimpleITK, as ratios taken in one run.

    python bench/read.py [SERIES] [--rounds 5] [--slices 400] [--side 512] [--encoding "JPEG 2000"]

SERIES is a folder with one real series of uncompressed slices (made up where there is none). The long series are
made up: noisy heads of 16 bits, uncompressed and compressed, written to a temporary folder. Each round
measures every row once, in turn; the table shows medians, and the median of each round's ratio to the plain
read of everything. Memory is what the peak of a process of its own grows by (Linux alone).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.arrays import Float64
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.ports import SeriesReader
from neuronetra.testing.phantom import head
from neuronetra.testing.series_builder import SeriesPlan, build

EIGHT = SegmentSampler()
READERS: dict[str, Callable[[], SeriesReader]] = {"pydicom": PydicomReader, "simpleitk": SimpleITKReader}

MEMORY = """
import sys
from neuronetra.wiring import registry

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

reader = registry().make("series_readers", sys.argv[1])
before = peak()
series = reader.scan(sys.argv[2])[0]
count = series.frame_count
reader.load(series, range(count) if sys.argv[3] == "all" else [count * i // 8 for i in range(8)])
print((peak() - before) / 1024)
"""


def noisy_head(shape: tuple[int, int, int]) -> Float64:
    """A made-up head with noise of about 10 HU, so that compressing it is work."""
    generator = np.random.default_rng(0)
    coarse = head((-(-shape[0] // 8), *shape[1:]))
    volume = np.repeat(coarse, 8, axis=0)[: shape[0]]
    noise = generator.normal(0.0, 10.0 / 4095.0, volume.shape).astype(np.float32)
    return np.asarray(np.clip(volume + noise, 0.0, 1.1))


def made(folder: Path, slices: int, side: int, encoding: str) -> str:
    """A series of so many slices, written in parts that fit in memory."""
    for first in range(0, slices, 40):
        count = min(40, slices - first)
        plan = SeriesPlan(
            shape=(count, side, side),
            spacing=(0.5, 0.45, 0.45),
            origin=(-115.0, -115.0, 0.5 * first),
            modality="CT",
            slope=1.0,
            intercept=-1024.0,
            encoding=encoding,
            picture=noisy_head,
            seed=first,
        )
        build(plan).write(folder, seed=first)
    return str(folder)


def plain_pydicom(path: str) -> None:
    """Every slice, ordered by position, rescaled: what a few lines of pydicom do."""
    slices = [pydicom.dcmread(file) for file in sorted(Path(path).iterdir())]
    slices.sort(key=lambda one: float(one.ImagePositionPatient[2]))
    np.stack([pydicom.pixels.apply_rescale(one.pixel_array, one) for one in slices])


def plain_simpleitk(path: str) -> None:
    """Every slice by ITK's own series reader."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(path))
    sitk.GetArrayFromImage(reader.Execute())


def read(make: Callable[[], SeriesReader], path: str, everything: bool) -> None:
    reader = make()
    (series,) = reader.scan(path)
    reader.load(series, range(series.frame_count) if everything else EIGHT.select(series))


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak_growth(reader: str, path: str, what: str) -> float:
    """MB by which a process grows that scans and loads."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, reader, path, what], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


Row = tuple[str, Callable[[], object]]


def rows(path: str) -> Iterator[Row]:
    yield "plain pydicom, all", lambda: plain_pydicom(path)
    yield "plain SimpleITK, all", lambda: plain_simpleitk(path)
    for name, make in READERS.items():
        yield f"{name}: scan", lambda make=make: make().scan(path)  # type: ignore[misc]
        yield f"{name}: scan + 8", lambda make=make: read(make, path, everything=False)  # type: ignore[misc]
        yield f"{name}: scan + all", lambda make=make: read(make, path, everything=True)  # type: ignore[misc]


def measured(path: str, rounds: int) -> dict[str, dict[str, float]]:
    """For each row its median seconds, and the median ratio to both plain reads of the same round."""
    work = dict(rows(path))
    times: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, one in work.items():
            taken = seconds(one)
            if number:  # the first round fills the caches
                times[name].append(taken)
        print(f"round {number} of {rounds}", file=sys.stderr)
    plain = [np.array(times[f"plain {name}, all"]) for name in ("pydicom", "SimpleITK")]
    return {
        name: {
            "seconds": float(np.median(found)),
            "to_pydicom": float(np.median(np.array(found) / plain[0])),
            "to_simpleitk": float(np.median(np.array(found) / plain[1])),
        }
        for name, found in times.items()
    }


@contextmanager
def series(given: argparse.Namespace) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        real = given.series or made(place / "short", 120, given.side, "explicit")
        yield {
            "120 slices" if given.series is None else "the series given": real,
            f"{given.slices} slices": made(place / "long", given.slices, given.side, "explicit"),
            f"{given.slices} slices, {given.encoding}": made(
                place / "compressed", given.slices, given.side, given.encoding
            ),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description="What reading costs.")
    parser.add_argument("series", nargs="?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slices", type=int, default=400)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--encoding", default="JPEG 2000")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    given = parser.parse_args()
    found = {}
    with series(given) as places:
        for title, path in places.items():
            found[title] = measured(path, given.rounds)
            for reader in READERS:
                for what in ("8", "all"):
                    found[title][f"{reader}: scan + {what}"]["grows_mb"] = peak_growth(reader, path, what)
    if given.format == "json":
        print(json.dumps(found, indent=1))
        return
    for title, table in found.items():
        print(f"\n{title:38s} {'seconds':>8s} {'x pydicom':>10s} {'x SimpleITK':>12s} {'grows MB':>9s}")
        for name, row in table.items():
            grown = f"{row['grows_mb']:9.0f}" if "grows_mb" in row else ""
            print(
                f"  {name:36s} {row['seconds']:8.3f} {row['to_pydicom']:10.2f}"
                f" {row['to_simpleitk']:12.2f} {grown}"
            )


if __name__ == "__main__":
    main()
