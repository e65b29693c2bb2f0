"""The sampled frames in a report, each with its slice and the patient's sides."""

from __future__ import annotations

from markupsafe import Markup

from neuronetra.adapters.results.frame_sheet import EDGES, order, slice_caption
from neuronetra.adapters.results.page import paragraph
from neuronetra.adapters.results.pictures import png_uri
from neuronetra.adapters.results.report_bars import template
from neuronetra.domain.demo import DrawnStudy
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.series import Series

_SIDES = ("left", "right", "upper", "lower")
_MARKS = {
    Plane.AXIAL: "R and L are the patient's right and left, A the front and P the back.",
    Plane.CORONAL: "R and L are the patient's right and left, H the head and F the feet.",
    Plane.SAGITTAL: "A is the front and P the back, H the head and F the feet.",
    Plane.UNKNOWN: "Left and right are not marked: they cannot be told.",
}


def frames_html(frames: Frames, series: Series, drawn: DrawnStudy | None = None) -> Markup:
    """uint8 ``frames`` (k, H, W) of ``series`` in order; ``drawn`` tells which show what was drawn in."""
    plane = frames.plane if series.laterality_known else Plane.UNKNOWN
    geometry = series.geometry
    points = None if geometry is None or geometry.positions is None else geometry.positions.tolist()
    shown = []
    for pixels, position in zip(frames.pixels, frames.positions, strict=True):
        caption = slice_caption(frames.plane, position, series.frame_count, points)
        caption = ", ".join(caption.split("   "))
        lesions = (
            ", ".join(one.location.value for one in drawn.lesions if one.seen_in([position])) if drawn else ""
        )
        caption += f"; drawn in here: {lesions}" if lesions else ""
        shown.append(
            {"source": png_uri(pixels), "alt": f"{frames.plane.value} {caption}", "caption": caption}
        )
    edges = list(zip(_SIDES, EDGES[plane], strict=True))
    said = order(frames.plane, series.laterality_known)
    words = f"Prepared as the networks see them: {said}. {_MARKS[plane]}"
    return paragraph(words, "remark") + template("frames.html.j2", frames=shown, edges=edges)
