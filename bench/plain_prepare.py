"""The plain loop that `prepare` is measured against: pydicom, OpenCV and numpy, as one writes them.

python bench/plain_prepare.py COHORT OUT PROCESSES
"""

from __future__ import annotations

import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray

WINDOWS = {"CT": (-125.0, 225.0)}
CLIP_LIMITS = {"CT": 3.0, "MR": 2.0}


def stretched(image: NDArray[np.generic], low: float, high: float) -> NDArray[np.uint8]:
    if high <= low:
        return np.zeros(image.shape, np.uint8)
    return np.rint(np.clip((image - low) * (255.0 / (high - low)), 0, 255)).astype(np.uint8)


def plain_image(dataset: pydicom.Dataset) -> NDArray[np.uint8]:
    """The steps of recipe v3, as one writes them."""
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    image = dataset.pixel_array.astype(np.float32) * slope + intercept
    low, high = WINDOWS.get(dataset.Modality) or np.percentile(image, (1, 99))
    image = stretched(image, low, high)
    image = cv2.createCLAHE(clipLimit=CLIP_LIMITS[dataset.Modality], tileGridSize=(8, 8)).apply(image)
    image = stretched(image, *np.percentile(image, (1, 99)))
    return cv2.resize(image, (224, 224), interpolation=cv2.INTER_AREA)


def plain_series(folder: Path, out: Path) -> None:
    """One series: read, order by position, prepare, write."""
    cv2.setNumThreads(1)
    datasets = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    datasets.sort(key=lambda one: float(one.ImagePositionPatient[2]))
    place = out / folder.name
    place.mkdir(parents=True)
    for index, dataset in enumerate(datasets):
        cv2.imwrite(str(place / f"{index:04}.png"), plain_image(dataset))


def plain(cohort: Path, out: Path, processes: int) -> None:
    """Every series of a cohort, in this process or in a pool."""
    folders = sorted((cohort / "series").iterdir())
    if processes == 1:
        for folder in folders:
            plain_series(folder, out)
        return
    with Pool(processes) as pool:
        pool.map(partial(plain_series, out=out), folders, chunksize=1)


if __name__ == "__main__":
    plain(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
