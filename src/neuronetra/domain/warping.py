"""Frames turned and enlarged about their centre: bilinear, one map for all frames of a series."""

from __future__ import annotations

import math

import numpy as np

from neuronetra.domain.arrays import Array, UInt8


def warped(pixels: UInt8, angle: float = 0.0, scale: float = 1.0) -> UInt8:
    """uint8 frames (k, H, W) turned by ``angle`` degrees, anticlockwise as shown, and enlarged by ``scale``.

    Each pixel is the bilinear mean of the four about the place that it shows, rounded to nearest; outside
    of a frame everything is 0. An angle of 0 at a scale of 1 gives ``pixels`` itself.
    """
    if angle == 0.0 and scale == 1.0:
        return pixels
    count, rows, columns = pixels.shape
    row, column = _sources(rows, columns, math.radians(angle), scale)
    width = columns + 3  # zeros about the frame: one line before it and two behind
    padded = np.zeros((count, (rows + 3) * width), np.uint8)
    padded.reshape(count, rows + 3, width)[:, 1:-2, 1:-2] = pixels
    total = np.full((count, rows * columns), 0.5, np.float32)  # what is cut off then rounds to nearest
    for index, weight in _corners(row, column, width):
        total += padded.take(index, axis=1) * weight
    return total.astype(np.uint8).reshape(pixels.shape)


def _sources(rows: int, columns: int, angle: float, scale: float) -> tuple[Array, Array]:
    """(H * W,) each: the row and column, padding counted, that each pixel shows; outside is padding."""
    down = (np.arange(rows) - (rows - 1) / 2)[:, None] / scale
    across = (np.arange(columns) - (columns - 1) / 2)[None, :] / scale
    sine, cosine = math.sin(angle), math.cos(angle)
    row = cosine * down + sine * across + (rows - 1) / 2
    column = cosine * across - sine * down + (columns - 1) / 2
    return np.clip(row, -1, rows).ravel() + 1.0, np.clip(column, -1, columns).ravel() + 1.0


def _corners(row: Array, column: Array, width: int) -> list[tuple[Array, Array]]:
    """Index and float32 weight (H * W,) of each of the four pixels about a place."""
    top, left = row.astype(np.intp), column.astype(np.intp)
    below, right = (row - top).astype(np.float32), (column - left).astype(np.float32)
    first = top * width + left
    return [
        (first, (1 - below) * (1 - right)),
        (first + 1, (1 - below) * right),
        (first + width, below * (1 - right)),
        (first + width + 1, below * right),
    ]
