"""A page of contact sheets and projections, with and without lesions marked."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from markupsafe import Markup

from neuronetra.adapters.results.page import Section, heading, page, paragraph, picture, png_uri
from neuronetra.domain.contact_sheet import Seen

_HOW = (
    "Slices and slabs from the feet up (axial), from the right (sagittal) or from the front (coronal); the patient's "
    "left is on the right. A slab shows the greatest value along each ray, in T2 the least, since flowing blood is "
    "dark there. A ring marks a lesion in a second copy."
)


def preview_page(seen: Iterable[Seen], *, synthetic: bool) -> str:
    """A section a modality, each of its series with its pictures."""
    sections = [
        Section(modality.value, Markup("").join(_series(one) for one in group))
        for modality, group in groupby(seen, key=lambda one: one.modality)
    ]
    return page(
        "A cohort looked over", [Section("How to read it", paragraph(_HOW)), *sections], synthetic=synthetic
    )


def _series(one: Seen) -> Markup:
    lesions = ", ".join(one.lesions) or "no lesion"
    slices, rows, columns = one.spacing
    facts = f"{one.plane}, {one.slices} slices of {slices:.2f} mm, pixels of {rows:.2f} x {columns:.2f} mm"
    return heading(lesions) + paragraph(f"{facts}. Series {one.uid}.", "remark") + _pictures(one, lesions)


def _pictures(one: Seen, lesions: str) -> Markup:
    plain = [(sheet.caption, sheet.pixels) for sheet in one.sheets]
    ringed = [(f"{s.caption}, lesions ringed", s.marked) for s in one.sheets if s.marked is not None]
    return Markup("").join(
        picture(png_uri(pixels), f"{caption}: {lesions}", caption) for caption, pixels in (*plain, *ringed)
    )
