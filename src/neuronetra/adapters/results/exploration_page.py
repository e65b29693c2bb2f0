"""A cohort that was looked at as a self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from neuronetra.adapters.results import exploration_plots as plots
from neuronetra.adapters.results.exploration_examples import example_gallery
from neuronetra.adapters.results.exploration_leaks import leak_section
from neuronetra.adapters.results.page import Section, grid, heading, page, paragraph, table, tiles
from neuronetra.domain.exploration import Exploration

MOST_ROWS = 50
"""Of a long list that the page shows; all of it stands in the JSON."""


def exploration_page(exploration: Exploration) -> str:
    """The whole page."""
    document = exploration.as_document()
    sections = [
        _overview(exploration, document),
        leak_section(exploration),
        _labels(document),
        _modalities(document),
        _people(exploration, document),
        _images(exploration, document),
        _examples(exploration),
        _reading(document),
        _baselines(document),
    ]
    return page(
        "Exploration of a cohort",
        [section for section in sections if section.html],
        notices=exploration.warnings,
        synthetic=exploration.cohort.synthetic,
    )


def _overview(exploration: Exploration, document: Mapping[str, Any]) -> Section:
    cohort, classes = document["cohort"], document["classes"]
    failed, leaks = len(document["reading"]["failed"]), len(document["leaks"])
    figures = [
        ("Series", f"{cohort['series']}", f"of {cohort['patients']} patients"),
        (
            "Positive",
            _percent(classes["prevalence"]),
            f"{classes['positive']} series, {_range(classes['prevalence'])}",
        ),
        ("Modalities", f"{len(document['modalities'])}", ", ".join(document["modalities"])),
        ("Not readable", f"{failed}", "series"),
        ("Bad rows", f"{len(cohort['bad_rows'])}", "left out"),
        ("Leaks", f"{leaks}" if not exploration.leaks.reason else "–", "facts that tell the label"),
    ]
    notes = [paragraph(f"Patients: {cohort['patient_source']}."), *map(paragraph, cohort["notes"])]
    return Section("Overview", Markup("").join([tiles(figures), *notes]))


def _labels(document: Mapping[str, Any]) -> Section:
    counts = {name: one["positive"] for name, one in document["locations"].items()}
    sides, points = document["sides"], document["points"]
    per_series = [(name, count) for name, count in document["locations_per_series"].items()]
    rows = [
        (name, one["positive"], _percent(one["share"]), _range(one["share"]))
        for name, one in document["locations"].items()
    ]
    said = (
        f"Positive labels: {sides['left']} left, {sides['right']} right, {sides['midline']} in the midline. "
        f"{points['marked']} lesion points, {points['placed_in_mm']} of them placed in the patient; "
        f"{points['positives_without']} positive series have none."
    )
    matrix = document["co_occurrence"]
    body = [
        paragraph(said),
        grid([plots.location_bars(counts), plots.co_occurrence_map(matrix["counts"], matrix["labels"])]),
        grid(
            [
                table(("Location", "Series", "Share", "95 % interval"), rows, numeric=(1, 2, 3)),
                table(("Locations in a series", "Series"), per_series, numeric=(1,)),
            ]
        ),
    ]
    return Section("Labels", Markup("").join(body))


def _modalities(document: Mapping[str, Any]) -> Section:
    rows = [
        (name, one["series"], one["positive"], _percent(one["prevalence"]), _range(one["prevalence"]))
        for name, one in document["modalities"].items()
    ]
    figures = {name: one["prevalence"] for name, one in document["modalities"].items()}
    said = (
        "The modality is that of the table. It is rightly tied to the label: what a model makes of it is shown "
        "by the no-pixel baselines below."
    )
    header = ("Modality", "Series", "Positive", "%", "95 % interval")
    resolved = "What headers say it is, as prediction reads them"
    body = [
        paragraph(said),
        table(header, rows, numeric=range(1, 5)),
        grid(
            [
                plots.shares("Prevalence by modality", figures, "% positive"),
                _counts(resolved, document["resolved_modalities"], "Modality"),
            ]
        ),
    ]
    return Section("Modalities", Markup("").join(body))


def _people(exploration: Exploration, document: Mapping[str, Any]) -> Section:
    ages = [
        [one.age for one in exploration.cohort.series if one.age is not None and one.present is present]
        for present in (True, False)
    ]
    by_sex = {name.lower(): one["prevalence"] for name, one in document["sex"].items() if one["series"]}
    by_age = {name: one["prevalence"] for name, one in document["age_bands"].items() if one["series"]}
    return Section(
        "Age and sex",
        grid(
            [
                plots.two_histograms("Age", "years", *ages),
                plots.shares("Prevalence by age", by_age, "% positive"),
                plots.shares("Prevalence by sex", by_sex, "% positive"),
            ]
        ),
    )


def _images(exploration: Exploration, document: Mapping[str, Any]) -> Section:
    spacing = [(name.replace("_mm", ", mm"), *_quartiles(one)) for name, one in document["spacing"].items()]
    header = ("Spacing between", "Series", "Lowest", "Quartile", "Median", "Quartile", "Highest")
    counts = grid(
        [
            _counts("Planes", document["planes"], "Plane"),
            _counts("Pixels (rows x columns)", document["shapes"], "Shape"),
        ]
    )
    body = [
        paragraph(f"{document['multiframe']} series are multi-frame files."),
        grid(
            [
                plots.spreads("Slices", "slices of a series", exploration.by_modality("slices")),
                plots.spreads("Distance of slices", "mm", exploration.spacing_by_modality(2)),
                plots.spreads("Distance of pixels", "mm", exploration.spacing_by_modality(0)),
            ]
        ),
        table(header, spacing, numeric=range(1, 7)),
        counts,
    ]
    return Section("Images", Markup("").join(body))


def _examples(exploration: Exploration) -> Section:
    if not exploration.examples:
        return Section("Examples", "")
    said = (
        "As a network of recipes v1 to v3 sees them: turned, windowed, equalised, and drawn square, so that "
        "proportions are not the patient's. R and L (A and P) are the patient's sides; a yellow ring is a "
        "marked lesion."
    )
    return Section("Examples", paragraph(said) + example_gallery(exploration.examples))


def _reading(document: Mapping[str, Any]) -> Section:
    reading, bad = document["reading"], document["cohort"]["bad_rows"]
    parts = [
        paragraph(
            f"{len(reading['failed'])} series could not be read; {len(bad)} rows of the tables were left out."
        )
    ]
    if reading["failed"]:
        rows = [(one["series_uid"], one["error"]) for one in reading["failed"]]
        parts += [heading("Series that failed"), _long(("Series", "Why"), rows)]
    if bad:
        parts += [heading("Bad rows"), _long(("Row",), [(row,) for row in bad])]
    parts.append(_counts("Files and folders left out", reading["left_out"], "Reason", "Files"))
    parts.append(_counts("Warnings", reading["warnings"], "Warning", "Series"))
    return Section("Reading", Markup("").join(parts))


def _baselines(document: Mapping[str, Any]) -> Section:
    if document["baselines"] is None:
        return Section("No-pixel baselines", paragraph("The cohort is too small to fit any."))
    names = {"modality": "Prevalence by modality", "modality_age_sex": "by modality, age and sex"}
    rows = [
        (names.get(key, key), _number(one["value"]), _range(one, 1.0), one["n"])
        for key, one in document["baselines"].items()
    ]
    said = (
        "The competition's score of predictions that see no image, cross-fitted over folds of patients. "
        "A model must beat them to have learnt anything from images."
    )
    header = ("Baseline", "Score", "95 % interval", "Series")
    return Section("No-pixel baselines", paragraph(said) + table(header, rows, numeric=(1, 2, 3)))


def _counts(title: str, counts: Mapping[str, int], what: str, unit: str = "Series") -> Markup:
    if not counts:
        return Markup("")
    return heading(title) + _long((what, unit), list(counts.items()), numeric=(1,))


def _long(header: Sequence[str], rows: Sequence[Sequence[object]], numeric: Sequence[int] = ()) -> Markup:
    shown = table(header, rows[:MOST_ROWS], numeric=numeric)
    more = len(rows) - MOST_ROWS
    return shown + paragraph(f"and {more} more", "remark") if more > 0 else shown


def _quartiles(one: Mapping[str, Any]) -> list[object]:
    names = ("lowest", "lower_quartile", "median", "upper_quartile", "highest")
    return [one["n"], *(None if one[name] is None else f"{one[name]:.3g}" for name in names)]


def _percent(figure: Mapping[str, Any]) -> str:
    return "–" if figure["value"] is None else f"{100 * figure['value']:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _range(figure: Mapping[str, Any], factor: float = 100.0) -> str:
    if figure["low"] is None:
        return "–"
    digits = 1 if factor > 1.0 else 3
    return f"{factor * figure['low']:.{digits}f} to {factor * figure['high']:.{digits}f}"
