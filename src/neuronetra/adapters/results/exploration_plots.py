"""Plots of a cohort: labels, people, images, and what facts tell of the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from neuronetra.adapters.results.pictures import (
    ALARM,
    GREY,
    INK,
    ONE,
    PAPER,
    TWO,
    canvas,
    label,
    legend,
    svg,
)
from neuronetra.domain.leaks.findings import Finding
from neuronetra.domain.locations import ARTERIES
from neuronetra.domain.metric.figures import Figure

WIDE, HALF = 700, 380
_ROW = 23
_HATCH = "////"


def short(name: str) -> str:
    """A location's name in fewer letters."""
    for long, brief in (
        ("Internal Carotid Artery", "ICA"),
        ("Middle Cerebral Artery", "MCA"),
        ("Anterior Cerebral Artery", "ACA"),
        ("Anterior Communicating Artery", "ACom"),
        ("Posterior Communicating Artery", "PCom"),
        ("Other Posterior Circulation", "Other posterior"),
    ):
        name = name.replace(long, brief)
    return name


def location_bars(counts: Mapping[str, int]) -> Markup:
    """How many series are positive at each location: left filled, right hatched, the midline grey."""
    names = [location.value for location in ARTERIES]
    figure, (axes,) = canvas(HALF, 60 + _ROW * len(names))
    for place, name in enumerate(names):
        colour = ONE if name.startswith("Left") else TWO if name.startswith("Right") else GREY
        hatch = _HATCH if name.startswith("Right") else None
        axes.barh(place, counts[name], color=colour, hatch=hatch, edgecolor=PAPER, linewidth=0.4, height=0.75)
        at: dict[str, Any] = {
            "xytext": (4, 0),
            "textcoords": "offset points",
            "va": "center",
            "fontsize": 10,
            "color": INK,
        }
        axes.annotate(str(counts[name]), (counts[name], place), **at)
    axes.set_yticks(range(len(names)), [short(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, 1.15 * max(1, *(counts[name] for name in names)))
    axes.grid(visible=False, axis="y")
    label(axes, "Positive series by location", "series", "")
    return svg(figure, "Positive series: " + ", ".join(f"{name} {counts[name]}" for name in names))


def co_occurrence_map(counts: Sequence[Sequence[int]], labels: Sequence[str]) -> Markup:
    """A matrix of how often two locations are positive in one series; how often each is, on the diagonal."""
    table = np.array(counts)
    figure, (axes,) = canvas(480, 480)
    off = np.where(np.eye(len(table), dtype=bool), 0, table)
    tint = LinearSegmentedColormap.from_list("tint", ["#ffffff", "#ffffff"])
    axes.imshow(np.zeros_like(table), cmap=tint, alpha=0.0)
    most = max(1, off.max())
    for row, column in np.ndindex(*table.shape):
        count = int(table[row, column])
        if row != column and count:
            size = 0.25 + 0.7 * np.sqrt(count / most)
            axes.scatter(column, row, s=(size * 22) ** 2, marker="s", color=ONE, alpha=0.35, linewidth=0)
        if count:
            weight = "bold" if row == column else "normal"
            axes.text(
                column, row, str(count), ha="center", va="center", fontsize=9.5, color=INK, weight=weight
            )
    names = [short(name) for name in labels]
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    label(axes, "Series positive at both places", "", "")
    return svg(figure, "How many series are positive at two places; the same numbers stand in the JSON")


def shares(title: str, figures: Mapping[str, Mapping[str, Any]], x: str) -> Markup:
    """Shares with their intervals, and how many series each rests on."""
    figure, (axes,) = canvas(HALF, 64 + _ROW * max(1, len(figures)))
    names = [f"{name} (n = {one['n']})" for name, one in figures.items()]
    for place, one in enumerate(figures.values()):
        if one["value"] is not None:
            axes.plot([100 * one["low"], 100 * one["high"]], [place, place], color=ONE, linewidth=1.8)
            axes.plot([100 * one["value"]], [place], marker="o", color=ONE, markersize=7)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(-1, 101)
    axes.grid(visible=False, axis="y")
    label(axes, title, x, "")
    return svg(figure, f"{title}: " + "; ".join(map(_share_said, figures.items())))


def _share_said(item: tuple[str, Mapping[str, Any]]) -> str:
    name, one = item
    if one["value"] is None:
        return f"{name} none"
    return f"{name} {100 * one['value']:.1f} % [{100 * one['low']:.1f}, {100 * one['high']:.1f}]"


def two_histograms(title: str, x: str, positive: Sequence[float], negative: Sequence[float]) -> Markup:
    """The same number in positives and negatives, as shares of each; lines of two kinds."""
    figure, (axes,) = canvas(HALF, 260)
    both = [*positive, *negative]
    edges = (
        np.histogram_bin_edges(both, bins=min(18, max(4, len(both) // 8))) if both else np.array([0.0, 1.0])
    )
    for values, name, colour, line in ((positive, "positive", TWO, "-"), (negative, "negative", ONE, "--")):
        if len(values):
            counts, _ = np.histogram(values, edges)
            axes.stairs(
                100 * counts / len(values), edges, color=colour, linestyle=line, linewidth=1.8, label=name
            )
    label(axes, title, x, "% of the class")
    if both:
        legend(figure, loc="outside lower center", ncols=2)
    return svg(figure, f"{title} in {len(positive)} positives and {len(negative)} negatives")


def spreads(title: str, x: str, values: Mapping[str, Sequence[float]]) -> Markup:
    """One row of dots and a box from quartile to quartile for each group."""
    figure, (axes,) = canvas(HALF, 70 + 40 * max(1, len(values)))
    for place, (name, group) in enumerate(values.items()):
        _spread(axes, place, np.asarray(group, np.float64), name)
    axes.set_yticks(range(len(values)), [f"{name} (n = {len(group)})" for name, group in values.items()])
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    label(axes, title, x, "")
    told = (f"{name} median {np.median(group):.4g}" for name, group in values.items() if len(group))
    return svg(figure, f"{title}: " + "; ".join(told))


_MOST_DOTS = 300


def _spread(axes: Axes, place: int, group: np.ndarray[Any, Any], name: str) -> None:
    if not len(group):
        return
    chance = np.random.default_rng(len(name))
    shown = np.sort(group)[np.unique(np.linspace(0, len(group) - 1, _MOST_DOTS).astype(int))]
    up = place + 0.22 * chance.uniform(-1, 1, len(shown))
    axes.plot(shown, up, ".", color=GREY, markersize=4.5, alpha=0.8, markeredgewidth=0)
    low, middle, high = np.percentile(group, (25, 50, 75))
    axes.plot([low, high], [place, place], color=ONE, linewidth=6, alpha=0.45, solid_capstyle="butt")
    axes.plot([middle], [place], "|", color=ONE, markersize=16, markeredgewidth=2.5)


def leak_whiskers(named: Sequence[tuple[str, Finding]], together: Figure) -> Markup:
    """The AUC of each fact with its interval: red triangles where all of it lies above one half."""
    lines = [(name, finding.auc, finding.leaks) for name, finding in named]
    if together.value is not None:
        lines.append(("all facts together", together, (together.low or 0.0) > 0.5))
    figure, (axes,) = canvas(WIDE, 60 + 20 * len(lines))
    axes.axvline(0.5, color=GREY, linestyle=":", linewidth=1.2)
    for place, (_, auc, leaks) in enumerate(lines):
        if auc.value is not None and auc.low is not None and auc.high is not None:
            colour, marker = (ALARM, "^") if leaks else (ONE, "o")
            axes.plot([auc.low, auc.high], [place, place], color=colour, linewidth=2.2 if leaks else 1.4)
            axes.plot([auc.value], [place], marker=marker, color=colour, markersize=7 if leaks else 5)
    axes.set_yticks(range(len(lines)), [name for name, _, _ in lines])
    for tick, (_, _, leaks) in zip(axes.get_yticklabels(), lines, strict=True):
        if leaks:
            tick.set_color(ALARM)
            tick.set_fontweight("bold")
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlim(0, 1.02)
    axes.grid(visible=False, axis="y")
    label(axes, "What a fact tells of the label", "AUC for Aneurysm Present; 0.5 is chance", "")
    told = (
        f"{name} {auc.value:.3f}{' LEAK' if leaks else ''}"
        for name, auc, leaks in lines
        if auc.value is not None
    )
    return svg(figure, "AUC of each fact: " + "; ".join(told))
