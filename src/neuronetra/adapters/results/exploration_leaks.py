"""What tells the label that must not, as a section of a page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from neuronetra.adapters.results.exploration_plots import leak_whiskers
from neuronetra.adapters.results.page import Section, paragraph, table
from neuronetra.domain.exploration import Exploration
from neuronetra.domain.leaks.findings import CONFIDENCE, Finding

MOST_IN_PLOT = 25
_HEADER = ("Fact", "Group", "Within", "AUC", "Interval", "Series")
_HOW = (
    "How it is done: for each fact alone a small learner (ranks within a modality, their squares, values and "
    "words that recur) is fitted on four fifths of the patients and asked for Aneurysm Present in the last "
    "fifth; over all modalities, and within each that has enough patients. Only series of one modality and one "
    "fold are compared, since modality is rightly tied to the label. An AUC of 0.5 or below is chance. Age and sex are no leaks and are not looked at. Values of headers "
    "are never shown."
)


def leak_section(exploration: Exploration) -> Section:
    """Leaks in red, a plot of the surest facts, and the table of all behind a fold."""
    report = exploration.leaks
    if report.reason:
        return Section("Leaks", paragraph(f"Leaks were not looked for: {report.reason}.", "notice"))
    shown = list(dict.fromkeys([*report.leaks, *report.over_all]))[:MOST_IN_PLOT]
    named = [(_placed(exploration, finding), finding) for finding in shown]
    parts = [_verdict(exploration), *_leaks(exploration)]
    parts += [leak_whiskers(named, report.together), paragraph(_HOW, "remark")]
    parts += [paragraph(_widened(exploration), "remark"), _all(exploration, report.findings)]
    return Section("Leaks", Markup("").join(parts))


def _verdict(exploration: Exploration) -> Markup:
    leaks = exploration.leaks.leaks
    looked = len(exploration.leaks.over_all)
    if leaks:
        told = f"{len(leaks)} of {looked} facts tell the label"
        text = f"{told}: a model can score by them without seeing an aneurysm."
        return paragraph(text, "notice warning")
    if exploration.leaks.together_leaks:
        text = f"None of {looked} facts tells the label alone, but all of them together do."
        return paragraph(text, "notice warning")
    text = (
        f"None of {looked} facts tells the label: no interval stays above 0.5. "
        "Weak leaks show only in larger cohorts; what no fact here measures is not looked at."
    )
    return paragraph(text, "notice")


def _leaks(exploration: Exploration) -> list[Markup]:
    leaks = exploration.leaks.leaks
    if not leaks:
        return []
    rows = [_row(exploration, finding) for finding in leaks]
    groups = dict.fromkeys(finding.keys[0].group for finding in leaks)
    advice = [paragraph(f"{group.value.capitalize()}: {group.advice}") for group in groups]
    return [table(_HEADER, rows, numeric=(3, 4, 5), red=range(len(rows))), *advice]


def _row(exploration: Exploration, finding: Finding) -> tuple[object, ...]:
    auc = finding.auc
    value = None if auc.value is None else f"{auc.value:.3f}"
    interval = None if auc.low is None or auc.high is None else f"{auc.low:.3f} to {auc.high:.3f}"
    return (
        _named(exploration, finding, 6),
        finding.keys[0].group.value,
        finding.within or "all",
        value,
        interval,
        auc.n,
    )


def _placed(exploration: Exploration, finding: Finding) -> str:
    """The same with the modality that was looked at by itself."""
    return _named(exploration, finding) + (f", within {finding.within}" if finding.within else "")


def _named(exploration: Exploration, finding: Finding, most: int = 2) -> str:
    """A finding's facts, the first few of those that say the same."""
    names = exploration.names_of(finding)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return " = ".join(names[:most]) + more


def _widened(exploration: Exploration) -> str:
    report = exploration.leaks
    looks, percent = report.looks, f"{100 * CONFIDENCE:.0f}"
    return (
        f"Intervals are widened for {looks} looks (Bonferroni) and for the learner's freedom to choose direction "
        f"and shape: {report.quantile:.2f} standard errors each way, which hold together in {percent} of 100 "
        f"cohorts without a leak. {report.constant} further facts do not differ within a modality: they tell "
        "nothing."
    )


def _all(exploration: Exploration, findings: Sequence[Finding]) -> Markup:
    rows = [_row(exploration, finding) for finding in findings]
    red = [place for place, finding in enumerate(findings) if finding.leaks]
    inner = table(_HEADER, rows, numeric=(3, 4, 5), red=red)
    return Markup("<details><summary>All {} looks</summary>{}</details>").format(len(rows), inner)
