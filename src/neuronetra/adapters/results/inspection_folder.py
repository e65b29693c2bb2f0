"""An inspection as files: ``report.json``, ``frames.png``, ``encoded.png``, ``encoded.npy``, ``volume.npy``."""

from __future__ import annotations

import hashlib
import json
import re
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np

from neuronetra.adapters.disk.atomic import make_folder, replacing, write_bytes
from neuronetra.adapters.results.frame_sheet import frame_sheet
from neuronetra.domain.arrays import Array, UInt8
from neuronetra.domain.frames import Encoded, Frames
from neuronetra.domain.prediction import SeriesReport
from neuronetra.errors import OutputError

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def folder_name(series_uid: str) -> str:
    """A uid as the name of one folder; one with other characters (it comes from a file) by its hash."""
    if _SAFE.fullmatch(series_uid):
        return series_uid
    return f"series-{hashlib.sha256(series_uid.encode()).hexdigest()[:16]}"


def write_inspection(
    parent: str,
    report: SeriesReport,
    frames: Frames | None,
    encoded: Encoded | None,
    volume: Frames | None = None,
    part: int = 1,
) -> Path:
    """Write what is there of one series into ``parent/<series_uid>/``; the report last.

    ``part`` above 1 tells another series of the same uid (another patient's) apart: ``<series_uid>-2``.

    ``encoded.npy`` is uint8 (3, H, W), ``volume.npy`` float32 (slices, rows, columns), canonical.
    Raises ``OutputError``.
    """
    document = report.as_document()
    name = folder_name(document["series_uid"])
    folder = make_folder(Path(parent) / (name if part == 1 else f"{name}-{part}"))
    if frames is not None:
        known = document["laterality_known"]
        sheet = frame_sheet(frames, document["frame_count"], document["positions_mm"], known)
        write_bytes(folder / "frames.png", sheet)
    if encoded is not None:
        write_bytes(folder / "encoded.png", _colour_png(encoded.image))
        write_bytes(folder / "encoded.npy", _npy(encoded.image))
    if volume is not None:
        with replacing(folder / "volume.npy") as stream:
            np.save(stream, volume.pixels, allow_pickle=False)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_bytes(folder / "report.json", text.encode())
    return folder


def _npy(array: Array) -> bytes:
    content = BytesIO()
    np.save(content, array, allow_pickle=False)
    return content.getvalue()


def _colour_png(image: UInt8) -> bytes:
    """(3, H, W) as red, green and blue."""
    written, png = cv2.imencode(".png", np.ascontiguousarray(image[::-1].transpose(1, 2, 0)))
    if not written:
        raise OutputError("the encoded picture could not be written as PNG")
    return bytes(png)
