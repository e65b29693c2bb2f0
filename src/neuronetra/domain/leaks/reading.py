"""Facts of how a series was stored and read: geometry, encoding, what was left out."""

from __future__ import annotations

import numpy as np

from neuronetra.domain.leaks.facts import FactGroup, SeriesFacts, categories, numbers
from neuronetra.domain.series import Series
from neuronetra.domain.stack import StackGeometry


def reading_facts(series: Series) -> SeriesFacts:
    """What a scanned series tells beside its pixels; of one that failed, that it did."""
    reading, resolved = series.reading, series.modality
    how = numbers(
        FactGroup.READING,
        [
            ("files left out", len(reading.left_out)),
            ("slices missing", series.missing_slices),
            ("warnings", len(reading.warnings)),
            ("repairs", len(reading.repaired)),
            ("other stacks", len(reading.other_stacks)),
        ],
    )
    kinds = categories(
        FactGroup.READING,
        [
            ("could be read", str(series.error is None)),
            ("order of slices by", reading.order_key.value),
            ("left and right known", str(series.laterality_known)),
        ],
    )
    stored = categories(
        FactGroup.HEADER,
        [
            ("encoding", " ".join(sorted(reading.transfer_syntaxes))),
            ("resolved modality", "" if resolved is None else resolved.modality.value),
            ("plane", "" if series.geometry is None else series.geometry.plane.value),
        ],
    )
    frames = numbers(
        FactGroup.HEADER, [("frames of a file", max((s.frames for s in series.slices), default=0))]
    )
    placed = SeriesFacts() if series.geometry is None else _geometry_facts(series.geometry)
    return how.with_more(kinds, stored, frames, placed)


def failed_facts() -> SeriesFacts:
    """Of a series of which not even headers could be read."""
    return categories(FactGroup.READING, [("could be read", str(False))])


def _geometry_facts(geometry: StackGeometry) -> SeriesFacts:
    rows, columns = geometry.shape
    down, along = geometry.pixel_spacing or (None, None)
    step = geometry.slice_spacing
    orientation = geometry.orientation
    return numbers(
        FactGroup.HEADER,
        [
            ("slices", geometry.count),
            ("rows", rows),
            ("columns", columns),
            ("pixel spacing, rows", down),
            ("pixel spacing, columns", along),
            ("slice spacing", step),
            ("field of view, rows", None if down is None else round(rows * down, 6)),
            ("field of view, columns", None if along is None else round(columns * along, 6)),
            ("length of the stack", None if step is None else round((geometry.count - 1) * step, 6)),
            ("obliqueness", None if orientation is None else round(orientation.obliqueness, 4)),
            ("tilt", round(geometry.tilt_degrees, 4)),
            *_corners(geometry),
        ],
    )


def _corners(geometry: StackGeometry) -> list[tuple[str, float | None]]:
    """Where the first pixel of the first slice lies, and along what its slices run."""
    if geometry.positions is None or geometry.orientation is None:
        return []
    first = np.round(geometry.positions[0], 4)
    tilted = np.round(np.sort(np.abs(geometry.orientation.normal))[:2], 6)
    return [
        *((f"first position, {axis}", float(value)) for axis, value in zip("xyz", first, strict=True)),
        *(
            (f"normal's {name} part", float(value))
            for name, value in zip(("least", "second"), tilted, strict=True)
        ),
    ]
