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
_WORDS = {
    "modality": "by modality",
    "best": "best epoch of each fold",
    "last": "last epoch of each fold",
    "other_folds": "epoch chosen on the other folds",
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
        if hashes and ensemble.digest not in hashes:
            raise InputError(
                "an evaluation of another model",
                where=name,
                found=f"manifest {cell(min(hashes))[:12]}",
                expected=ensemble.digest[:12],
                fix="evaluate this store",
            )
        return cls(document, len(ensemble.members))

    @property
    def title(self) -> str:
        """Which series it rests on."""
        used = [len(one.get("members", ())) for one in _mappings(self.document.get("members"))]
        if not used:
            return "On a cohort of which nobody said whether it was trained on"
        if max(used) < self.members:
            return "Out of fold, on the cohort that it was trained on"
        if min(used) < self.members:
            return "On a cohort of which a part was trained on, that part out of fold"
        return "On a cohort that no network was trained on"

    def markdown(self) -> str:
        """A section of a card."""
        document = self.document
        synthetic = ", synthetic" if document.get("synthetic") else ""
        counted = ("series", "patients", "positives")
        series, patients, positives = (cell(document.get(key)) for key in counted)
        lines = [f"### {self.title}", ""]
        lines += [f"{series} series of {patients} patients, {positives} with an aneurysm{synthetic}.", ""]
        lines += table(["Figure", "Model", *_BASELINES.values()], list(self._rows()))
        lines += [
            "",
            f"{_INTERVALS} Baselines: fitted on {cell(document.get('baseline_fit') or 'the evaluated series')}.",
        ]
        lines += bulleted(map(cell, document.get("warnings", ())))
        return "\n".join([*lines, *self._choice()])

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
        rows = [[path, _figure(figure, _SIGNED in path)] for path, figure in _figures(choice)]
        if not rows:
            return []
        said = choice.get("meaning") or choice.get("sentence") if isinstance(choice, Mapping) else None
        why = cell(said) if said else _CHOICE
        return [
            "",
            "#### What the choice of the epoch is worth",
            "",
            why,
            "",
            *table(["Epoch", "Score"], rows),
        ]


_INTERVALS = "In brackets: 95 % intervals by resampling patients."
_CHOICE = (
    "The best epoch of a fold is chosen by the series that it is then judged by: its score flatters. Those of the last "
    "epoch, and of the epoch chosen on the other folds, do not."
)


def _hashes(document: Mapping[str, Any]) -> set[str]:
    """The manifest hashes that a document names as those of what it measured."""
    given = document.get("predictions")
    told = [*_mappings(given.get("models") if isinstance(given, Mapping) else None)]
    told += [
        one for one in (document.get("model"), *_mappings(document.get("models"))) if isinstance(one, Mapping)
    ]
    return {str(one["manifest_hash"]) for one in told if one.get("manifest_hash")}


def _mappings(values: object) -> list[Mapping[str, Any]]:
    given = values if isinstance(values, Sequence) and not isinstance(values, str) else ()
    return [one for one in given if isinstance(one, Mapping)]


def _is_figure(value: object) -> bool:
    return isinstance(value, Mapping) and {"value", "low", "high"} <= value.keys()


def _figures(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every figure within a document, by the words that lead to it."""
    if _is_figure(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _figures(
                inner, ", ".join(filter(None, (path, _WORDS.get(key, cell(key).replace("_", " ")))))
            )
    else:
        for inner in _mappings(value):
            named = next((cell(inner[key]) for key in ("architecture", "name", "what") if key in inner), "")
            yield from _figures(inner, ", ".join(filter(None, (path, named))))


def _figure(figure: object, signed: bool = False) -> str:
    if not isinstance(figure, Mapping) or not isinstance(figure.get("value"), int | float):
        return "–"
    value, low, high = (_number(figure[key], signed) for key in ("value", "low", "high"))
    return value if not low or not high else f"{value} [{low}, {high}]"


def _number(value: object, signed: bool) -> str:
    return f"{float(value):{'+' if signed else ''}.3f}" if isinstance(value, int | float) else ""
