"""An evaluation as a self-contained HTML page with ROC curves and reliability plots."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from neuronetra.adapters.results.evaluation_plots import (
    MODEL,
    reliability_plot,
    roc_panels,
    roc_plot,
    whiskers,
)
from neuronetra.adapters.results.evaluation_table import names
from neuronetra.adapters.results.evaluation_text import (
    BASELINES,
    CHOICE_HEADER,
    CHOICE_REMARK,
    CHOICE_TITLE,
    FIGURES,
    Document,
    baseline_figure,
    choice_rows,
    detail,
    fit,
    header,
    interval,
    is_model,
    number,
    remarks,
    rows,
    scope,
    who_scored,
)
from neuronetra.adapters.results.page import Section, grid, heading, page, paragraph, table, tiles

_WHAT = (
    "The score is half the AUC of Aneurysm Present and half the mean AUC of the 13 locations. Laterality "
    "accuracy is the share of one-sided left-right pairs in which the affected side is given the higher "
    "probability; chance is 0.5. The calibration error is the mean distance of probability and frequency, "
    "0 at best; resampling adds chance to each bin, so that the interval of a small one may lie above it. A "
    "model must beat the no-pixel baselines, which see no image, to have learnt anything from images."
)
_SAMPLING = "An AUC of 0.5 (dotted line) is chance. Intervals are for each figure alone, not for all at once."


def evaluation_page(document: Document) -> str:
    """The page of what ``CohortEvaluation.as_document`` gives."""
    sections = [_score(document), _locations(document), _modalities(document)]
    if is_model(document):
        sections += [_choice(document), _roc(document), _reliability(document)]
    sections.append(_measured(document))
    title = "Evaluation" if is_model(document) else "No-pixel baselines"
    return page(
        title,
        [section for section in sections if section.html],
        notices=document["warnings"],
        synthetic=document["synthetic"],
    )


def _score(document: Document) -> Section:
    figures = table(header(document, "Figure"), rows(document, FIGURES), numeric=range(1, 5))
    scores = {"Model": document["score"]} if is_model(document) else {}
    scores |= {name: baseline_figure(document, key, "score") for key, name in BASELINES.items()}
    plot = whiskers("Score and its 95 % interval", list(scores), {MODEL: scores})
    words = paragraph(fit(document)) + paragraph(_WHAT, "remark")
    return Section("Score", paragraph(scope(document)) + _tiles(document) + figures + plot + words)


def _tiles(document: Document) -> Markup:
    if is_model(document):
        shown = [(title, document[key], key == "difference_to_baseline") for key, title in FIGURES.items()]
    else:
        shown = [
            (name, baseline_figure(document, key, "score") or {}, False) for key, name in BASELINES.items()
        ]
    return tiles([(title, number(f["value"], signed), _beneath(f, signed)) for title, f, signed in shown])


def _beneath(figure: Document, signed: bool) -> str:
    return f"{interval(figure, signed)}\nn = {figure['n']}".strip()


def _locations(document: Document) -> Section:
    html = _whiskers_and_table(document, "per_location", "Location", "AUC by location")
    return Section("Locations", html and html + paragraph(_SAMPLING, "remark"))


def _modalities(document: Document) -> Section:
    whats = {
        "per_modality": "Score by modality",
        "per_modality_present": "AUC of Aneurysm Present by modality",
    }
    parts = [_whiskers_and_table(document, key, "Modality", what) for key, what in whats.items()]
    return Section("Modalities", Markup("").join(parts))


def _whiskers_and_table(document: Document, key: str, first: str, what: str) -> Markup:
    """The figures of one object of the document; nothing where it holds none."""
    known = names(document, key)
    if not known:
        return Markup("")
    beside = {name.lower(): detail(document, baseline).get(key, {}) for baseline, name in BASELINES.items()}
    if is_model(document):
        beside = {MODEL: document[key], **dict(list(beside.items())[:1])}
    cells = rows(document, known, key) + rows(document, {"score": "Score, all series"})
    return whiskers(what, list(known), beside) + table(header(document, first), cells, numeric=range(1, 5))


def _choice(document: Document) -> Section:
    """Nothing where no epoch was chosen on this cohort."""
    cells = choice_rows(document)
    if not cells:
        return Section(CHOICE_TITLE, "")
    ways = {"best": "best epoch", "last": "last epoch", "other_folds": "other folds"}
    networks = document["epoch_choice"]["networks"]
    shown = {said: {one["architecture"]: one[way] for one in networks} for way, said in ways.items()}
    plot = whiskers("Score within folds", [one["architecture"] for one in networks], shown)
    words = paragraph(document["epoch_choice"]["sentence"])
    figures = table(CHOICE_HEADER, cells, numeric=range(1, 6))
    return Section(CHOICE_TITLE, words + figures + plot + paragraph(CHOICE_REMARK, "remark"))


def _roc(document: Document) -> Section:
    panels = [roc_plot(title, curves, document) for title, curves in roc_panels()]
    return Section("ROC curves", grid(panels))


def _reliability(document: Document) -> Section:
    bins = document["reliability"]
    cells = [
        [f"{one['low']:.1f} to {one['high']:.1f}", one["n"]]
        + [number(one[key]) for key in ("mean_probability", "share_positive")]
        for one in bins
    ]
    head = ["Probability given", "Series", "Mean given", "Share positive"]
    told = table(head, cells, numeric=(1, 2, 3), caption="Aneurysm Present, by bins of equal width")
    return Section("Reliability", grid([reliability_plot("Aneurysm Present", bins), told]))


def _measured(document: Document) -> Section:
    cohort = document["cohort"]
    said = [
        *who_scored(document),
        f"Patients: {cohort['patient_source']}.",
        *cohort["notes"],
        *remarks(document),
    ]
    bad: Sequence[str] = cohort["bad_rows"]
    shown = Markup("").join(paragraph(line, "remark") for line in bad[:20])
    more = paragraph(f"and {len(bad) - 20} more bad rows", "remark") if len(bad) > 20 else Markup("")
    left_out = heading(f"{len(bad)} bad rows, left out") + shown + more if bad else Markup("")
    return Section("What this rests on", Markup("").join(map(paragraph, said)) + left_out)
