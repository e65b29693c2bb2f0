"""Plots as inline SVG by matplotlib, without pyplot or any state of its own, and pixels as ``data:`` URIs.

A plot is drawn in the named colours below. In the SVG they become the variables of the page's style sheet, so
that one plot serves light, dark and print. One unit of a canvas is one pixel of the page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from io import StringIO
from typing import Any

import cv2
import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neuronetra.domain.arrays import UInt8
from neuronetra.errors import OutputError

INK, FAINT, RULE, PAPER, GREY = "#010101", "#020202", "#030303", "#040404", "#050505"
ONE, TWO, THREE, FOUR, ALARM = "#060606", "#070707", "#080808", "#090909", "#0a0a0a"
"""Colours for up to four curves, that may be told apart by the colour-blind, and one for what is wrong."""

_VARIABLES = {
    INK: "ink",
    FAINT: "faint",
    RULE: "rule",
    PAPER: "paper",
    GREY: "grey",
    ONE: "one",
    TWO: "two",
    THREE: "three",
    FOUR: "four",
    ALARM: "alarm",
}
_POINTS = 72
_TEXT = 11
_NARROWEST = 340
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "neuronetra"}
_NO_METADATA: Any = {"Date": None, "Creator": None, "Format": None, "Type": None}


def canvas(width: int, height: int, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of ``width`` x ``height`` pixels with ``rows`` x ``columns`` tidy axes, row by row.

    Up to 380 px wide it is readable on a telephone without scrolling.
    """
    figure = Figure(figsize=(width / _POINTS, height / _POINTS), dpi=_POINTS, layout="constrained")
    figure.patch.set_alpha(0.0)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for one in axes:
        tidy(one)
    return figure, axes


def tidy(axes: Axes) -> None:
    """The look of all plots: two thin spines, a faint grid, the page's ink. Call ``label`` afterwards."""
    axes.patch.set_alpha(0.0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(color=RULE, labelcolor=INK, labelsize=_TEXT)
    axes.grid(visible=True, color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def label(axes: Axes, title: str = "", x: str = "", y: str = "") -> None:
    """A title and the names of the axes."""
    axes.set_title(title, fontsize=_TEXT + 1, color=INK, loc="left")
    axes.set_xlabel(x, fontsize=_TEXT, color=FAINT)
    axes.set_ylabel(y, fontsize=_TEXT, color=FAINT)


def legend(of: Axes | Figure, **options: Any) -> None:
    """The legend of what was drawn with a ``label``, without a frame."""
    drawn = of.legend(frameon=False, fontsize=_TEXT, title_fontsize=_TEXT, labelcolor=INK, **options)
    drawn.get_title().set_color(FAINT)


def svg(figure: Figure, alt: str) -> Markup:
    """A figure as inline SVG, the same bytes for the same figure; ``alt`` says in words what it shows.

    It shrinks with the page to 340 px; a wider one scrolls sideways there.
    """
    text = StringIO()
    with mpl.rc_context(_SETTINGS):
        figure.savefig(text, format="svg", metadata=_NO_METADATA)
    drawing = text.getvalue()
    body = _inner(drawing)
    width, height = (round(float(length) * _POINTS) for length in figure.get_size_inches())
    body = _own_names(_page_colours(body), hashlib.sha256(f"{alt}{body}".encode()).hexdigest()[:8])
    style = f"width: {width}px; min-width: {_narrowest(width)}px"
    drawn = Markup(
        '<svg class="plot" role="img" aria-label="{}" viewBox="0 0 {} {}" style="{}">{}</svg>'
    ).format(
        alt,
        width,
        height,
        style,
        Markup(body),  # noqa: S704 - matplotlib escapes its texts
    )
    return Markup('<div class="scroll">{}</div>').format(drawn)


def _narrowest(width: int) -> int:
    """Letters of 11 px stay above 8."""
    return max(_NARROWEST, round(0.75 * width)) if width > _NARROWEST else width


def _inner(drawing: str) -> str:
    """What stands inside the ``svg`` element without metadata and styles, which are the page's."""
    inner = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
    for unwanted in (
        r"<metadata>.*?</metadata>",
        r"<!--.*?-->\s*",
        r"<style.*?</style>",
        r" font-family:[^;\"]*;",
    ):
        inner = re.sub(unwanted, "", inner, flags=re.DOTALL)
    return inner.replace("xlink:href=", "href=").strip()


def _page_colours(body: str) -> str:
    known = "|".join(_VARIABLES)
    return re.sub(rf"(?:{known})\b", lambda found: f"var(--{_VARIABLES[found[0]]})", body)


def _own_names(body: str, prefix: str) -> str:
    """Names that something refers to, made unlike those of other pictures; the others are dropped."""
    used = set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", body))

    def renamed(found: re.Match[str]) -> str:
        return f' id="{prefix}-{found[1]}"' if found[1] in used else ""

    body = re.sub(r' id="([^"]*)"', renamed, body)
    return re.sub(r"(url\(#|href=\"#)", rf"\g<1>{prefix}-", body)


def png_uri(pixels: UInt8) -> str:
    """uint8 (H, W), or (H, W, 3) red, green, blue, as ``data:image/png;base64,...`` for an ``img``."""
    if pixels.dtype != np.uint8 or pixels.ndim not in {2, 3} or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise ValueError(f"pixels are uint8 (H, W) or (H, W, 3), not {pixels.dtype} {pixels.shape}")
    order = pixels if pixels.ndim == 2 else pixels[:, :, ::-1]
    written, png = cv2.imencode(".png", np.ascontiguousarray(order), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not written:
        raise OutputError("a picture could not be encoded as PNG")
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode("ascii")
