"""Brightness, noise and posture of a few slices: what a picture as a whole must not tell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neuronetra.domain.arrays import Float32, Float64
from neuronetra.domain.frames import Frames
from neuronetra.domain.leaks.facts import FactGroup, SeriesFacts, numbers

PERCENTILES = (1, 10, 25, 50, 75, 90, 99)


def pixel_facts(frames: Frames) -> SeriesFacts:
    """Of slices (k, H, W), rescaled float32 or prepared uint8: brightness of all, the rest on average."""
    pixels = frames.pixels.astype(np.float32, copy=False)
    each = [_of_slice(slice_) for slice_ in pixels]
    means = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
    return numbers(FactGroup.PIXELS, [*_brightness(pixels).items(), *means.items()])


def _brightness(pixels: Float32) -> Mapping[str, float]:
    found = {f"brightness, percentile {p}": v for p, v in zip(PERCENTILES, _percentiles(pixels), strict=True)}
    found["brightness, mean"] = float(pixels.mean(dtype=np.float64))
    found["contrast"] = float(pixels.std(dtype=np.float64))
    found["brightness, lowest"] = float(pixels.min())
    found["brightness, highest"] = float(pixels.max())
    return found


def _percentiles(pixels: Float32) -> list[float]:
    places = [round((pixels.size - 1) * percent / 100.0) for percent in PERCENTILES]
    return [float(value) for value in np.partition(pixels.reshape(-1), places)[places]]


def _of_slice(pixels: Float32) -> Mapping[str, float]:
    return {**_grain(pixels.astype(np.float64)), **_levels(pixels), **_posture(pixels)}


def _grain(pixels: Float64) -> Mapping[str, float]:
    """Noise by Immerkaer's mask (Comput. Vis. Image Underst. 64, 1996), blind to straight edges."""
    if min(pixels.shape) < 3:
        return {"noise": 0.0, "noise, median": 0.0, "noise, relative": 0.0, "fineness": 0.0}
    across = pixels[:, :-2] - 2.0 * pixels[:, 1:-1] + pixels[:, 2:]
    mask = np.abs(across[:-2] - 2.0 * across[1:-1] + across[2:])
    noise, step = float(mask.mean()), float(np.abs(np.diff(pixels, axis=1)).mean())
    return {
        "noise": noise,
        "noise, median": float(np.median(mask)),
        "noise, relative": noise / (float(pixels.std()) or 1.0),
        "fineness": noise / (step or 1.0),
    }


def _levels(pixels: Float32) -> Mapping[str, float]:
    """Which values occur between the deciles: whole numbers that were multiplied leave gaps."""
    values, counts = np.unique(pixels, return_counts=True)
    rank = np.cumsum(counts)
    inner = values[(rank >= 0.1 * pixels.size) & (rank <= 0.9 * pixels.size)].astype(np.float64)
    commonest = float(counts.max()) / pixels.size
    if len(inner) < 3:
        return {"grey step": 0.0, "unused grey values": 0.0, "share of the commonest value": commonest}
    step = float(np.median(np.diff(inner))) or 1.0
    unused = 1.0 - len(inner) / (round((inner[-1] - inner[0]) / step) + 1)
    return {"grey step": step, "unused grey values": unused, "share of the commonest value": commonest}


def _posture(pixels: Float32) -> Mapping[str, float]:
    """Where the brighter half of the range lies: its share, centre and slant, in parts of the picture."""
    low, high = _percentiles(pixels)[0], _percentiles(pixels)[-1]
    rows, columns = np.nonzero(pixels > low + 0.2 * (high - low))
    if len(rows) < 3:
        return {"filled": 0.0, "centre, rows": 0.5, "centre, columns": 0.5, "slant": 0.0}
    down, along = rows / pixels.shape[0], columns / pixels.shape[1]
    spread = np.cov(np.stack([down, along]))
    return {
        "filled": len(rows) / pixels.size,
        "centre, rows": float(down.mean()),
        "centre, columns": float(along.mean()),
        "slant": float(0.5 * np.arctan2(2.0 * spread[0, 1], spread[0, 0] - spread[1, 1])),
    }
