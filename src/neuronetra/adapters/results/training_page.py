"""The page with curves of a training: loss and validation score of each network, beside the no-pixel baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes

from neuronetra.adapters.results.page import Section, grid, page, paragraph, table
from neuronetra.adapters.results.pictures import GREY, ONE, THREE, TWO, canvas, label, legend, svg
from neuronetra.domain.training_log import EPOCH, Entry

_SIDE, _HEIGHT = 360, 240
_WHAT = (
    "One network for each architecture and fold; each is judged by the series of its fold, which it was not fitted to. The "
    "dotted line is the score there of prevalence by modality, which sees no pixel: a network must lie above it to have "
    "learnt anything from images. The score of the best epoch flatters, as the epoch is chosen by it."
)


def training_page(document: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    """The page of what ``TrainingSetup.as_document`` and the log give."""
    by_job: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry["event"] == EPOCH:
            by_job.setdefault(entry["job"], []).append(entry)
    sections = [_overview(document, by_job)]
    sections += [_job(name, told) for name, told in sorted(by_job.items())]
    return page(f"Training, recipe {document['recipe']['name']}", sections, synthetic=document["synthetic"])


def _overview(document: Mapping[str, Any], by_job: Mapping[str, list[Entry]]) -> Section:
    said = (
        f"Recipe {document['recipe']['name']}, seed {document['seed']}, {document['series']['count']} series in "
        f"{document['folds']} folds."
    )
    rows = [_row(name, told) for name, told in sorted(by_job.items())]
    head = (
        "Network",
        "Epochs",
        "Best epoch",
        "Best score",
        "Last score",
        "Baseline",
        "Laterality, best epoch",
    )
    figures = table(head, rows, numeric=range(1, 7)) if rows else paragraph("No epoch has ended yet.")
    return Section("Overview", paragraph(said) + figures + paragraph(_WHAT, "remark"))


def _row(name: str, told: Sequence[Entry]) -> list[object]:
    best = min(told, key=lambda entry: (-entry["score"], entry["epoch"]))
    last = max(told, key=lambda entry: entry["epoch"])
    epochs = f"{last['epoch']} of {last['epochs']}"
    figures = [_figure(best["score"]), _figure(last["score"]), _figure(last["baseline"])]
    return [name, epochs, best["epoch"], *figures, _figure(best["laterality"])]


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _job(name: str, told: Sequence[Entry]) -> Section:
    ordered = sorted(told, key=lambda entry: entry["epoch"])
    return Section(name, grid([_losses(name, ordered), _scores(name, ordered)]))


def _losses(name: str, told: Sequence[Entry]) -> Markup:
    figure, (axes,) = canvas(_SIDE, _HEIGHT)
    epochs = [entry["epoch"] for entry in told]
    axes.plot(epochs, [e["loss"] for e in told], color=ONE, marker="o", markersize=4, label="training")
    curve = [e["validation_loss"] for e in told]
    axes.plot(epochs, curve, color=TWO, linestyle="--", marker="D", markersize=4, label="validation")
    _whole_epochs(axes, epochs)
    label(axes, "Loss", "epoch")
    legend(axes)
    return svg(
        figure, f"Loss of {name}: training {_ends(told, 'loss')}, validation {_ends(told, 'validation_loss')}"
    )


def _scores(name: str, told: Sequence[Entry]) -> Markup:
    figure, (axes,) = canvas(_SIDE, _HEIGHT)
    epochs = [entry["epoch"] for entry in told]
    axes.plot(epochs, [e["score"] for e in told], color=ONE, marker="o", markersize=4, label="score")
    sides = [float("nan") if e["laterality"] is None else e["laterality"] for e in told]
    axes.plot(epochs, sides, color=THREE, linestyle="--", marker="s", markersize=4, label="laterality")
    baseline = told[-1]["baseline"]
    if baseline is not None:
        axes.axhline(baseline, color=GREY, linestyle=":", linewidth=1.4, label="baseline's score")
    axes.set_ylim(0.0, 1.02)
    _whole_epochs(axes, epochs)
    label(axes, "Validation", "epoch")
    legend(axes)
    return svg(
        figure, f"Validation score of {name}: {_ends(told, 'score')}; baseline {_figure(baseline) or 'none'}"
    )


def _whole_epochs(axes: Axes, epochs: Sequence[int]) -> None:
    axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
    axes.locator_params(axis="x", integer=True, min_n_ticks=1)


def _ends(told: Sequence[Entry], key: str) -> str:
    return f"{told[0][key]:.4f} in epoch {told[0]['epoch']}, {told[-1][key]:.4f} in epoch {told[-1]['epoch']}"
