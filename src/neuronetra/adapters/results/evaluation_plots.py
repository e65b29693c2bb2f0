"""Plots of an evaluation: ROC curves, reliability, and figures with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from markupsafe import Markup
from matplotlib.axes import Axes

from neuronetra.adapters.results.evaluation_text import Document, number, short, valued
from neuronetra.adapters.results.pictures import FAINT, GREY, INK, ONE, THREE, TWO, canvas, label, legend, svg
from neuronetra.domain.locations import LABELS, Location

_WIDE = 380
_SIDE = 320
_ROW = 24
_FRAME = 46
_LEGEND = 26
"""Pixels above and below the rows of a plot: its title and axis, and its legend."""


@frozen
class Curve:
    """A ROC curve to be drawn: its name in the legend and its label."""

    name: str
    label: str


def roc_panels() -> list[tuple[str, list[Curve]]]:
    """Title and curves of each panel: presence, then left and right of a place together, then the midline."""
    panels = [(LABELS[-1], [Curve("all series", LABELS[-1])])]
    for name in LABELS[:-1]:
        side, _, rest = name.partition(" ")
        if side == "Left":
            panels.append((rest, [Curve("left", name), Curve("right", Location(name).mirrored.value)]))
        elif side != "Right":
            panels.append((name, [Curve("all", name)]))
    return panels


def roc_plot(title: str, curves: Sequence[Curve], document: Document) -> Markup:
    """A panel of ROC curves with the AUC of each in the legend; chance is the dashed line."""
    figure, (axes,) = canvas(_SIDE, _SIDE)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    said = []
    for place, curve in enumerate(curves):
        points = document["roc"].get(curve.label)
        figures = document["present_auc"] if curve.label == LABELS[-1] else _location(document, curve.label)
        name = f"{curve.name} {valued(figures)}"
        said.append(name)
        colour, dashes = ((ONE, "-"), (TWO, "--"))[place]
        if points is not None:
            axes.plot(points["fpr"], points["tpr"], color=colour, linestyle=dashes, linewidth=1.8, label=name)
    _unit_ticks(axes)
    axes.set_aspect("equal")
    label(axes, short(title), "false positive rate", "true positive rate")
    if axes.get_legend_handles_labels()[1]:
        legend(axes, loc="lower right", title="AUC [95 %]")
    else:
        axes.text(0.5, 0.3, "one class: no curve", ha="center", fontsize=11, color=FAINT)
    return svg(figure, f"ROC curve, {title}: AUC {', '.join(said)}")


def _location(document: Document, name: str) -> Document | None:
    found: Document | None = document["per_location"].get(name)
    return found


def _unit_ticks(axes: Axes) -> None:
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axes.set_xticks(ticks, ["0", ".25", ".5", ".75", "1"])
    axes.set_yticks(ticks, ["0", ".25", ".5", ".75", "1"])


def reliability_plot(title: str, bins: Sequence[Mapping[str, float | None]]) -> Markup:
    """How often what was given a probability was so, by bin; below it how many fell into each."""
    figure, (axes, below) = canvas(_SIDE, 400, rows=2)
    axes.get_gridspec().set_height_ratios([3, 1])  # type: ignore[union-attr]
    known = [one for one in bins if one["n"]]
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    x = [one["mean_probability"] or 0.0 for one in known]
    y = [one["share_positive"] or 0.0 for one in known]
    axes.plot(x, y, color=ONE, marker="o", linewidth=1.4, markersize=6)
    _unit_ticks(axes)
    label(axes, title, "", "share positive")
    below.bar(
        [one["low"] or 0.0 for one in bins],
        [one["n"] or 0 for one in bins],
        [(one["high"] or 0.0) - (one["low"] or 0.0) for one in bins],
        align="edge",
        color=ONE,
        alpha=0.55,
        edgecolor=INK,
        linewidth=0.4,
    )
    below.set_xlim(-0.02, 1.02)
    label(below, "", "probability given", "count")
    shares = "; ".join(f"{number(a)} given, {number(b)} so" for a, b in zip(x, y, strict=True))
    return svg(figure, f"Reliability, {title}: {shares}")


Figures = Mapping[str, Document | None]
"""Figures by name."""

MODEL = "model"
_STYLES: tuple[dict[str, Any], ...] = (
    {"color": ONE, "marker": "o", "markersize": 7, "linewidth": 1.8},
    {"color": TWO, "marker": "D", "markersize": 5, "linewidth": 1.0, "markerfacecolor": "none"},
    {"color": THREE, "marker": "s", "markersize": 5, "linewidth": 1.0, "markerfacecolor": "none"},
)


def whiskers(title: str, names: Sequence[str], series: Mapping[str, Figures]) -> Markup:
    """Figures as dots with their intervals: a row for each of ``names``, in it one of each of ``series``.

    ``series`` maps what a legend says (``MODEL``, or a baseline) to its figures by name. Chance is dotted.
    """
    named = len(series) > 1
    figure, (axes,) = canvas(_WIDE, _FRAME + _LEGEND * named + _ROW * len(names))
    axes.axvline(0.5, color=GREY, linestyle=":", linewidth=1)
    styles = _STYLES if MODEL in series or len(series) == len(_STYLES) else _STYLES[1:]
    for place, ((said, figures), style) in enumerate(zip(series.items(), styles, strict=False)):
        for row, name in enumerate(names):
            _whisker(axes, row + 0.28 * place, figures.get(name), style)
        axes.plot([], [], label=said, **style)
    axes.set_yticks([row + 0.14 * (len(series) - 1) for row in range(len(names))], list(map(short, names)))
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    label(axes, title)
    if named:
        legend(figure, loc="outside lower center", ncols=2)
    return svg(figure, f"{title}. {' '.join(_said(name, series) for name in names)}")


def _whisker(axes: Axes, place: float, figure: Document | None, style: dict[str, Any]) -> None:
    if figure is None or figure["value"] is None:
        return
    if figure["low"] is not None:
        ends = [figure["low"], figure["high"]]
        axes.plot(ends, [place, place], color=style["color"], linewidth=style["linewidth"])
    axes.plot([figure["value"]], [place], **style)


def _said(name: str, series: Mapping[str, Figures]) -> str:
    return f"{name}: {', '.join(f'{said} {valued(figures.get(name))}' for said, figures in series.items())}."
