"""What ``evaluate`` is made of: predictions, or members of a store and what shows them series; the forms of its result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from neuronetra.app.ensemble import OpenEnsemble
from neuronetra.app.evaluate import Evaluator
from neuronetra.app.evaluate_models import ModelEvaluator
from neuronetra.app.score_members_looks import DicomLooks, FrameLooks, Looks
from neuronetra.domain.prediction_table import PredictionTable
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.training_record import key_check
from neuronetra.errors import CohortError, UsageError
from neuronetra.ports import Cohort, FrameStore
from neuronetra.wiring import Wiring
from neuronetra.wiring.preparation import STORE, key_of

FORMS = ("table", "json", "html")
MANIFEST = "manifest.json"


def predictions_at(path: str) -> PredictionTable:
    """The table of predictions, CSV or Parquet, at ``path``. Raises ``InputError``."""
    from neuronetra.adapters.results.predictions import read_predictions

    return read_predictions(path)


@contextmanager
def model_evaluator(
    wiring: Wiring, cohort: Cohort, location: str, evaluator: Evaluator, all_members: bool
) -> Iterator[ModelEvaluator]:
    """What measures the store of the configuration on the cohort at ``location``.

    Raises ``StoreError``, and ``CohortError`` for frames that were prepared with another preprocessing.
    """
    store = wiring.store()
    runtime = wiring.runtime(precision=store.ensemble().recipe.precision)
    with OpenEnsemble(store, runtime) as members:
        looks = looks_at(wiring, cohort, location, members.recipe)
        check = key_check(key_of(cohort))
        yield ModelEvaluator(evaluator, store, members, looks, check, all_members)


def looks_at(wiring: Wiring, cohort: Cohort, location: str, recipe: Recipe) -> Looks:
    """What shows the series of a cohort: its frames where it is prepared, else its DICOM. Raises ``CohortError``."""
    from neuronetra.adapters.cohorts.prepared import PreparedCohort

    if not isinstance(cohort, PreparedCohort):
        _require_own_modalities(wiring)
        return DicomLooks(wiring.reader(), wiring.preprocessor())
    found, wanted = preprocessing_of(location), recipe.pipeline.preprocessing.digest
    if found != wanted:
        raise CohortError(
            "prepared with another preprocessing than the members'",
            where=location,
            found=f"sha256 {found[:12]}",
            expected=f"{wanted[:12]} of recipe {recipe.name}",
            fix=f"prepare it with --recipe {recipe.name}, give the cohort of DICOM, or name a store that fits "
            "(--models STORE)",
        )
    frames: FrameStore = wiring.plugins.make(
        "frame_stores", STORE, location=location.removeprefix("prepared:")
    )
    return FrameLooks(frames)


def _require_own_modalities(wiring: Wiring) -> None:
    if wiring.configuration.modality is not None:
        raise UsageError(
            "a cohort's series are read by the modality that their headers tell",
            where="configuration: modality",
            found=wiring.configuration.modality,
            fix="leave it out of the configuration that evaluates",
        )


def preprocessing_of(location: str) -> str:
    """The sha256 of the preprocessing that the manifest of prepared frames tells of. Raises ``CohortError``."""
    try:
        return str(json.loads(_manifest_of(location))["preprocessing"]["sha256"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        if isinstance(error, CohortError):
            raise
        raise CohortError(
            "not the manifest of prepared frames", where=MANIFEST, fix="prepare the cohort again"
        ) from None


def frames_digest(location: str) -> str:
    """Of what the manifest of prepared frames says of how they were made. Raises ``CohortError``."""
    return hashlib.sha256(_manifest_of(location)).hexdigest()


def _manifest_of(location: str) -> bytes:
    from neuronetra.adapters.cohorts.tables import TableFile, cohort_folder

    root = cohort_folder(location.removeprefix("prepared:"))
    return TableFile.read(root / MANIFEST, MANIFEST, root).content


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
