"""What ``evaluate`` is made of: the reader of predictions and the forms of its result."""

from __future__ import annotations

import json
from typing import Any

from neuronetra.domain.prediction_table import PredictionTable

FORMS = ("table", "json", "html")


def predictions_at(path: str) -> PredictionTable:
    """The table of predictions, CSV or Parquet, at ``path``. Raises ``InputError``."""
    from neuronetra.adapters.results.predictions import read_predictions

    return read_predictions(path)


def rendered(document: dict[str, Any], form: str) -> bytes:
    """``CohortEvaluation.as_document`` in one of ``FORMS``, UTF-8."""
    if form == "json":
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    elif form == "html":
        from neuronetra.adapters.results.evaluation_page import evaluation_page

        text = evaluation_page(document)
    else:
        from neuronetra.adapters.results.evaluation_table import evaluation_table

        text = evaluation_table(document)
    return text.encode()
