"""The model card of a store, in Markdown: what it is, what it was trained on, and its scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from neuronetra.domain.checkpoints import Ensemble, Manifest
from neuronetra.domain.locations import LABELS, Location
from neuronetra.domain.markdown import bulleted, cell, table
from neuronetra.domain.modality import Modality
from neuronetra.domain.model_card_scores import MeasuredModel
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE
from neuronetra.domain.prediction import NOTICE, UNTRAINED_NOTICE
from neuronetra.domain.training_record import TrainingRecord

_DIGITS = 12


@frozen
class CardFacts:
    """What only those who made a model know: its ``licence``, and the ``commands`` that made it, in order."""

    licence: str = "not stated"
    commands: tuple[str, ...] = ()


def model_card(
    ensemble: Ensemble,
    manifests: Sequence[Manifest],
    measured: Sequence[MeasuredModel] = (),
    facts: CardFacts | None = None,
) -> str:
    """``manifests`` are those of the ensemble's members, in order. The same values give the same text."""
    known = facts or CardFacts()
    records = [manifest.record for manifest in manifests]
    parts = [
        f"# Model card: {ensemble.recipe.name}",
        "\n".join(bulleted(_warnings(manifests, records))[1:]),
        _what(ensemble),
        _trained(records),
        _members(manifests),
        _scores(measured),
        f"## Licence\n\n{cell(known.licence)}",
        _made(records, known.commands),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _warnings(manifests: Sequence[Manifest], records: Sequence[TrainingRecord | None]) -> list[str]:
    said = [NOTICE]
    if any(manifest.untrained for manifest in manifests):
        said.append(UNTRAINED_NOTICE)
    if any(record is not None and record.synthetic for record in records):
        said.append(SYNTHETIC_MODEL_NOTICE)
    return [f"**{text[:1].upper()}{text[1:]}**" for text in said]


def _what(ensemble: Ensemble) -> str:
    recipe = ensemble.recipe
    rows, columns = recipe.pipeline.preprocessing.size
    networks = ", ".join(f"{cell(one.name)} ({cell(one.timm_name)})" for one in recipe.architectures)
    views = ", ".join(cell(view.name) for view in recipe.views)
    opening = (
        f"Gives {len(LABELS)} probabilities for a head series (CTA, MRA, T1 post-contrast, T2): an "
        f"intracranial aneurysm at each of {len(LABELS) - 1} arterial locations, and anywhere."
    )
    size = f"prepared at {rows} x {columns} pixels, as three channels (middle, maximum, deviation)"
    lines = bulleted(
        [
            f"Networks: {networks}; {recipe.folds} folds of each, {len(ensemble.members)} in all.",
            f"Input: {recipe.pipeline.sampler.count} slices of a series, {size}.",
            f"Views: {views}. Combined by {recipe.policy.value.replace('_', ' ')}.",
            f"Members: {cell(ensemble.why)}.",
        ]
    )
    return "\n".join(["## What it is", "", opening, *lines])


def _trained(records: Sequence[TrainingRecord | None]) -> str:
    known = [record for record in records if record is not None]
    if not known:
        return "## What it was trained on\n\nNot known: the manifests tell nothing of it."
    lines = ["## What it was trained on", ""]
    if len(known) < len(records):
        lines += [f"Known of {len(known)} of the {len(records)} members.", ""]
    folds = {(record.cohort_digest, record.fold, record.seed): record for record in known}
    lines += table(*_counts(list(folds.values())))
    lines += [
        "",
        "Series of each modality that a fold's networks were fitted to; in brackets those with an aneurysm.",
    ]
    kind = " and ".join(
        _each("made up (synthetic)" if one.synthetic else "given by the user" for one in known)
    )
    digests = ", ".join(sorted({record.cohort_digest[:_DIGITS] for record in known}))
    lines += bulleted(
        [
            f"Cohort: {kind}, digest {cell(digests)}.",
            f"Seed: {', '.join(map(str, sorted({record.seed for record in known})))}.",
            f"First weights: {cell(', '.join(sorted({record.pretrained for record in known})))}.",
            *(f"Plan: {plan}." for plan in _each(_plan(one.plan) for one in known)),
            *(f"Versions: {versions}." for versions in _each(_versions(one.versions) for one in known)),
        ]
    )
    return "\n".join(lines)


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    """Different texts, each once, in order: members need not all have been trained alike."""
    return tuple(dict.fromkeys(texts))


def _versions(versions: Mapping[str, str]) -> str:
    return cell(", ".join(f"{name} {version}" for name, version in sorted(versions.items())))


def _counts(records: Sequence[TrainingRecord]) -> tuple[list[str], list[list[str]]]:
    present = LABELS.index(Location.ANEURYSM_PRESENT.value)
    found = [m for m in Modality if any(code == m.code for r in records for code, *_ in r.counts)]
    rows = []
    for record in sorted(records, key=lambda one: (one.cohort_digest, one.fold)):
        cells = [f"{record.fold} of {record.folds}", str(len(record.patients))]
        for modality in found:
            held = [(n, hits[present]) for code, _, _, n, hits in record.counts if code == modality.code]
            cells.append(f"{sum(n for n, _ in held)} ({sum(hit for _, hit in held)})")
        rows.append(cells)
    return ["Fold", "Patients", *(modality.value for modality in found)], rows


def _plan(plan: Mapping[str, Any]) -> str:
    return (
        cell("; ".join(f"{key.replace('_', ' ')} {_flat(value)}" for key, value in plan.items()))
        or "not recorded"
    )


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return (
            "("
            + ", ".join(f"{str(key).replace('_', ' ')} {_flat(inner)}" for key, inner in value.items())
            + ")"
        )
    return " to ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _members(manifests: Sequence[Manifest]) -> str:
    rows = [
        [f"`{manifest.name}`", _score(manifest), f"`{manifest.sha256.get('onnx', '')[:_DIGITS] or '–'}`"]
        for manifest in manifests
    ]
    lines = ["## Members", "", *table(["Network", "Validation score", "sha256 of its ONNX file"], rows)]
    if any(not manifest.untrained for manifest in manifests):
        lines += ["", _FLATTERS]
    return "\n".join(lines)


_FLATTERS = "A validation score flatters where its epoch was chosen by it: the scores below tell more."


def _score(manifest: Manifest) -> str:
    return "untrained" if manifest.score is None else f"{manifest.score:.4f}"


def _scores(measured: Sequence[MeasuredModel]) -> str:
    if not measured:
        return "## Scores\n\nNot measured."
    said = (
        "The score is half the AUC of Aneurysm Present and half the mean AUC of the 13 locations; 0.5 is "
        "chance. A model must beat the baselines, which see no pixel, to have learnt anything from images. "
        "Laterality accuracy is the share of one-sided left-right pairs in which the affected side has the higher probability; chance is 0.5."
    )
    return "\n\n".join(["## Scores", said, *(one.markdown() for one in measured)])


def _made(records: Sequence[TrainingRecord | None], commands: Sequence[str]) -> str:
    known = next((record for record in records if record is not None), None)
    if not commands and known is None:
        return ""
    lines = [_line(command) for command in commands] or [
        f"neuronetra train PREPARED STORE --recipe {known.recipe} --seed {known.seed}" if known else ""
    ]
    return "\n".join(["## How it was made", "", "```sh", *lines, "```"])


def _line(command: str) -> str:
    """A command as one line of a block of code, which it cannot end."""
    return " ".join(command.split()).replace("`", "'").encode("utf-8", "replace").decode("utf-8")
