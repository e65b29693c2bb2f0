"""Pictures of a cohort's series with their lesions marked, sides lettered."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from neuronetra.adapters.results.exploration_plots import short
from neuronetra.adapters.results.pictures import png_uri
from neuronetra.domain.example import Example

_FIGURE = Markup(
    '<figure style="width: 208px"><svg class="plot" role="img" aria-label="{alt}" viewBox="0 0 {width} {height}" '
    'style="width: 208px"><image href="{picture}" width="{width}" height="{height}"/>{marks}'
    "{letters}</svg><figcaption>{caption}</figcaption></figure>"
)
_RING = Markup(
    '<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="none" stroke="#000000" stroke-width="3.2"/>'
    '<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="none" stroke="#ffd400" stroke-width="1.6"/>'
)
_LETTER = Markup(
    '<text x="{x}" y="{y}" text-anchor="middle" font-size="15" font-weight="bold" fill="#ffffff" '
    'stroke="#000000" stroke-width="3" paint-order="stroke">{letter}</text>'
)


def example_gallery(examples: Sequence[Example]) -> Markup:
    """All pictures side by side, those of a modality on lines of their own."""
    found = Markup("")
    for modality in dict.fromkeys(example.modality for example in examples):
        row = Markup("").join(example_figure(one) for one in examples if one.modality is modality)
        found += Markup('<div style="display: flex; flex-wrap: wrap; gap: 1rem">{}</div>').format(row)
    return found


def example_figure(example: Example) -> Markup:
    """One picture: rings round the lesions that lie in its slice, the patient's sides at its edges."""
    height, width = example.pixels.shape
    left, right = example.sides
    rings = [_RING.format(x=column + 0.5, y=row + 0.5) for _, row, column in example.marks]
    letters = [
        _LETTER.format(x=x, y=height // 2 + 5, letter=letter)
        for x, letter in ((10, left), (width - 10, right))
    ]
    caption = _caption(example)
    return _FIGURE.format(
        alt=caption,
        width=width,
        height=height,
        picture=png_uri(example.pixels),
        marks=Markup("").join(rings),
        letters=Markup("").join(letters),
        caption=caption,
    )


def _caption(example: Example) -> str:
    kind = f"{example.modality.value}, {example.plane.value}"
    slice_ = "the slice of its lesion" if example.at_lesion else "a slice in the middle"
    if not example.present:
        return f"{kind}: negative, {slice_}"
    where = ", ".join(short(location.value) for location in example.lesions)
    ringed = f", {len(example.marks)} ringed" if example.marks else ""
    return f"{kind}: positive ({where}), {slice_}{ringed}"
