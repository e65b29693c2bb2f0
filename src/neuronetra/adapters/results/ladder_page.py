"""A ladder as a self-contained HTML page."""

from __future__ import annotations

from markupsafe import Markup

from neuronetra.adapters.results.evaluation_plots import MODEL, whiskers
from neuronetra.adapters.results.evaluation_text import BASELINES, CHOICE_HEADER, CHOICE_REMARK, choice_rows
from neuronetra.adapters.results.ladder_text import (
    COST,
    COST_HEADER,
    Document,
    cost_rows,
    explained,
    fit,
    head,
    rows,
    scope,
)
from neuronetra.adapters.results.page import Section, page, paragraph, table


def ladder_page(document: Document) -> str:
    """The page of what ``LadderResult.as_document`` gives."""
    sections = [_rungs(document), _steps(document), _cost(document), _measured(document)]
    notices = document["warnings"]
    return page("The ladder of recipes", sections, notices=notices, synthetic=document["synthetic"])


def _rungs(document: Document) -> Section:
    cells, split = rows(document), 5  # two tables, so that a page of usual width shows all of both
    wide = table(head()[:split], [row[:split] for row in cells], numeric=range(1, split))
    more = [row[:1] + row[split:] for row in cells]
    figures = wide + table(head()[:1] + head()[split:], more, numeric=(1, 2))
    scores = {one["rung"].replace("_", ", "): one["score"] for one in document["rungs"]}
    scores |= {BASELINES[key]: one["score"] for key, one in document["baselines"].items()}
    plot = whiskers("Score and its 95 % interval", list(scores), {MODEL: scores})
    what = Markup("").join(paragraph(line, "remark") for line in explained(document))
    return Section("Rungs", paragraph(scope(document)) + figures + plot + what + paragraph(fit(document)))


def _steps(document: Document) -> Section:
    said = Markup("").join(paragraph(line) for line in document["sentences"])
    choice = choice_rows(document)
    figures = table(CHOICE_HEADER, choice, numeric=range(1, 6)) + paragraph(CHOICE_REMARK, "remark")
    return Section("What each step is worth", said + figures if choice else said)


def _cost(document: Document) -> Section:
    figures = table(COST_HEADER, cost_rows(document), numeric=range(1, 7))
    return Section("Cost, and what was published", figures + paragraph(COST, "remark"))


def _measured(document: Document) -> Section:
    cohort = document["cohort"]
    lines = [
        f"{entry['series']} series scored by some of {len(entry['members'])} networks: {', '.join(entry['members'])}"
        for entry in document["members"]
    ]
    lines += [f"Patients: {cohort['patient_source']}.", *cohort["notes"]]
    return Section("What this rests on", Markup("").join(map(paragraph, lines)))
