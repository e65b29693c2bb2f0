"""The scores of a model card: documents of ``evaluate`` as Markdown, each figure beside the baselines'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from neuronetra.domain.baselines import Kind
from neuronetra.domain.checkpoints import Ensemble
from neuronetra.domain.markdown import bulleted, cell, table
from neuronetra.errors import InputError

_FIGURES = {
    "score": "Score",
    "present_auc": "AUC of Aneurysm Present",
    "mean_location_auc": "Mean AUC of the 13 locations",
    "laterality_accuracy": "Laterality accuracy",
    "calibration_error": "Calibration error",
    "difference_to_baseline": "Score minus baseline by modality",
}
_BASELINES = {
    Kind.MODALITY.value: "Baseline: modality",
    Kind.MODALITY_AGE_SEX.value: "Baseline: modality, age, sex",
}
_SIGNED = "difference"
_CHOICE = {
    "architecture": "Networks",
    "best": "Best epoch of each fold",
    "last": "Last epoch",
    "last_difference": "less the best",
    "other_folds": "Epoch chosen on the other folds",
    "other_folds_difference": "less the best",
}
_CHOICE_REMARK = (
    "Scores of one view within folds, averaged over folds: each network on the fold that it was not "
    "fitted to. Differences are taken on the same resamples."
)
_INTERVALS = "In brackets: 95 % intervals by resampling patients."
_FITS = {
    "training": "fitted on the series that the networks were trained on",
    "cross-fitted": "cross-fitted on the evaluated series",
    "in-sample": "fitted on the series that they are measured on, which flatters them",
}


@frozen
class MeasuredModel:
    """A document of ``evaluate`` that measures a model of ``members`` networks."""

    document: Mapping[str, Any]
    members: int

    @classmethod
    def of(cls, name: str, document: object, ensemble: Ensemble) -> MeasuredModel:
        """Raises ``InputError`` where it is no such document, or measured another model than ``ensemble``."""
        if not isinstance(document, Mapping) or not _is_figure(document.get("score")):
            raise InputError(
                "not an evaluation", where=name, expected="JSON of `neuronetra evaluate --format json`"
            )
        if document["score"]["value"] is None:
            raise InputError("an evaluation without a score", where=name, fix="evaluate with --models STORE")
        hashes = _hashes(document)
        if not hashes or hashes != {ensemble.digest}:
            named = [cell(one)[:12] or "of no name" for one in sorted(hashes - {ensemble.digest})]
            raise InputError(
                "an evaluation of another model" if named else "an evaluation that names no model",
                where=name,
                found=f"manifest {', '.join(named[:3])}" if named else "no manifest hash",
                expected=f"manifest {ensemble.digest[:12]} alone",
                fix="evaluate this store: neuronetra evaluate COHORT --models STORE --format json",
            )
        return cls(document, len(ensemble.members))

    @property
    def title(self) -> str:
        """Which series it rests on."""
        used = [len(_listed(one.get("members"))) for one in _mappings(self.document.get("members"))]
        if not used:
            return "On a cohort of which nobody said whether it was trained on"
        if max(used) < self.members:
            return "Out of fold, on the cohort that it was trained on"
        if min(used) < self.members:
            return "On a cohort of which a part was trained on, that part out of fold"
        return "On series that no network was trained on"

    def markdown(self) -> str:
        """A section of a card."""
        document = self.document
        synthetic = ", synthetic" if document.get("synthetic") else ""
        fit = document.get("baseline_fit")
        counted = ("series", "patients", "positives")
        series, patients, positives = (cell(document.get(key)) for key in counted)
        lines = [f"### {self.title}", ""]
        lines += [f"{series} series of {patients} patients, {positives} with an aneurysm{synthetic}.", ""]
        lines += table(["Figure", "Model", *_BASELINES.values()], list(self._rows()))
        lines += ["", f"{_INTERVALS} Baselines: {_FITS.get(str(fit), cell(fit))}.{self._within()}"]
        lines += bulleted(map(cell, _listed(document.get("warnings"))))
        return "\n".join([*lines, *self._choice()])

    def _within(self) -> str:
        """The score that is held against baselines which are taken within folds."""
        within = self.document.get("score_within_folds")
        if within is None or not _is_figure(within) or within["value"] is None:
            return ""
        return f" Their scores, and the difference to them, are taken within folds, where the model's is {_figure(within, False)}."

    def _rows(self) -> Iterator[list[str]]:
        for key, title in _FIGURES.items():
            beside = [self._baseline(baseline, key) for baseline in _BASELINES]
            yield [title, _figure(self.document.get(key), _SIGNED in key), *map(_figure, beside)]

    def _baseline(self, baseline: str, key: str) -> object:
        path = ("baselines", baseline) if key == "score" else ("baselines_detail", baseline, key)
        found: object = self.document
        for part in path:
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def _choice(self) -> list[str]:
        """What choosing the best epoch on the same fold flatters by."""
        choice = self.document.get("epoch_choice")
        told = _mappings(choice.get("networks")) if isinstance(choice, Mapping) else []
        if not isinstance(choice, Mapping) or not told:
            return []
        rows = [
            [
                cell(one.get("architecture")),
                *(_figure(one.get(key), _SIGNED in key) for key in [*_CHOICE][1:]),
            ]
            for one in told
        ]
        title = "#### What the choice of the epoch is worth"
        words = [title, "", cell(choice.get("sentence")), "", *table([*_CHOICE.values()], rows)]
        return ["", *words, "", _CHOICE_REMARK]


def _hashes(document: Mapping[str, Any]) -> set[str]:
    """The manifest hashes of the models that a document measured; an empty one for each that has none."""
    given = document.get("predictions")
    told = _mappings(given.get("models")) if isinstance(given, Mapping) else []
    return {str(one.get("manifest_hash") or "") for one in told}


def _listed(values: object) -> Sequence[object]:
    """A list's values; none of anything else."""
    return values if isinstance(values, list | tuple) else ()


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [one for one in _listed(values) if isinstance(one, Mapping)]


def _is_figure(value: object) -> bool:
    return isinstance(value, Mapping) and {"value", "low", "high"} <= value.keys()


def _figure(figure: object, signed: bool = False) -> str:
    if not isinstance(figure, Mapping) or not isinstance(figure.get("value"), int | float):
        return "–"
    value, low, high = (_number(figure.get(key), signed) for key in ("value", "low", "high"))
    return value if not low or not high else f"{value} [{low}, {high}]"


def _number(value: object, signed: bool) -> str:
    return f"{float(value):{'+' if signed else ''}.3f}" if isinstance(value, int | float) else ""
