"""The 14 probabilities as bars, left and right placed as a radiologist sees them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from neuronetra.domain.locations import Location
from neuronetra.domain.report_rows import ROWS
from neuronetra.domain.scores import LocationScores

_CAPTION = (
    "Probability of an aneurysm at each location, 0 to 1, from the front to the back of the arteries. As on the "
    "images, the patient's right is on the left."
)


def template(name: str, **values: Any) -> Markup:
    """A part of a report, every plain text in it escaped."""
    loader = PackageLoader("neuronetra.adapters.results")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return Markup(environment.get_template(name).render(**values))  # noqa: S704 - escaped by the template


def bars(scores: LocationScores, drawn: Collection[Location] = ()) -> Markup:
    """Aneurysm Present on top, then the 13 locations; ``drawn`` are marked as what is truly there."""

    def cell(location: Location) -> dict[str, Any]:
        value = scores[location]
        return {
            "name": location.value,
            "text": f"{value:.3f}",
            "percent": round(100.0 * value, 2),
            "drawn": location in drawn,
        }

    rows = [
        {"name": row.name, "pair": row.is_pair, "cells": [cell(one) for one in row.locations]} for row in ROWS
    ]
    present = cell(Location.ANEURYSM_PRESENT)
    return template("bars.html.j2", present=present, rows=rows, caption=_CAPTION)
