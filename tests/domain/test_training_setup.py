"""A run as a value: who trains what, and what manifests say of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from neuronetra.domain.cohort import LabelledSeries, LabelledSet, Sex
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.recipes import V1, V2, V3, Recipe
from neuronetra.domain.training_agreement import differences
from neuronetra.domain.training_checks import require_classes, require_patients, warnings
from neuronetra.domain.training_record import TrainingRecord
from neuronetra.domain.training_setup import Given, TrainingSetup, counts, parts, short
from neuronetra.errors import TrainingError
from neuronetra.testing.cohort_strategies import labelled_sets
from neuronetra.testing.recipes import tiny_recipe

RECIPE = tiny_recipe(architectures=2, folds=2)
MODALITIES = (Modality.CTA, Modality.MRA)


def series(number: int, **changed: object) -> LabelledSeries:
    """Every other one positive, at a location that goes round."""
    positive = number % 2 == 0
    labels = [positive and place == (number // 2) % 13 for place in range(13)]
    one = LabelledSeries(
        uid=f"1.{number:03d}",
        path="",
        patient=f"{number // 2:016x}" + "0" * 48,
        modality=MODALITIES[number % 2],
        labels=(*labels, positive),
        age=float(30 + number),
        sex=(Sex.FEMALE, None)[number % 2],
    )
    return evolve(one, **changed)  # type: ignore[arg-type]


def setup(count: int = 104, recipe: Recipe = RECIPE, **changed: object) -> TrainingSetup:
    members = tuple(series(number) for number in range(count))
    fold = np.array([number // 2 // 13 % 2 for number in range(count)])
    resolved = {one.uid: one.modality for one in members}
    origins = {"tiny_a": "none"}
    made = TrainingSetup(
        Given(recipe, 7, {"tiny_a": "none"}, origins),
        LabelledSet(members, "d" * 64, synthetic=True),
        fold,
        resolved,
        "check",
        "frames",
        {"torch": "1"},
    )
    return TrainingSetup(**{**_fields(made), **changed})  # type: ignore[arg-type]


def _fields(made: TrainingSetup) -> Mapping[str, object]:
    names = ("given", "cohort", "fold", "resolved", "key_check", "frames_digest", "versions")
    return {name: getattr(made, name) for name in names}


def test_a_job_holds_every_series_once() -> None:
    """Training and validation series of each fold are the whole cohort, and no patient is in both."""
    made = setup()
    patient = {one.uid: one.patient for one in made.cohort.series}
    for architecture, fold in RECIPE.slots:
        job = made.job(architecture, fold, "place")
        assert sorted((*job.training, *job.validation)) == [one.uid for one in made.cohort.series]
        assert not {patient[uid] for uid in job.training} & {patient[uid] for uid in job.validation}
        assert (job.seed, job.folder, job.pretrained) == (7, "place", "none")


def test_a_network_takes_the_modalities_that_it_was_trained_on() -> None:
    """They are those that its training series were prepared as, not the table's."""
    made = setup()
    resolved = {
        one.uid: Modality.CT if k == 1 else Modality.MR
        for one, k in zip(made.cohort.series, made.fold, strict=True)
    }
    changed = setup(resolved=resolved)
    architecture = RECIPE.architectures[0]
    assert changed.spec(architecture, 0).modalities == (Modality.CT,)
    assert changed.spec(architecture, 1).modalities == (Modality.MR,)
    assert changed.spec(architecture, 0).input_size == RECIPE.pipeline.preprocessing.size


def test_the_record_tells_who_was_seen() -> None:
    """A network saw its training series and their patients, and none of those that it is validated on; as JSON too."""
    made = setup()
    record = made.record(RECIPE.architectures[0], 1)
    assert TrainingRecord.from_document(record.as_document()) == record
    assert all(record.saw(one.uid, one.patient, "check") for one in made.training(1))
    assert not any(record.saw(one.uid, one.patient, "check") for one in made.validation(1))
    assert (record.synthetic, record.seed, record.fold, record.folds) == (True, 7, 1, 2)
    assert not any(one.patient in str(record.as_document()) for one in made.cohort.series)


@given(labelled_sets(max_size=8).filter(len))
def test_each_series_is_counted_once(cohort: LabelledSet) -> None:
    """The cells hold every series and every positive label, by modality too."""
    found = counts(cohort.series)
    assert sum(entry[3] for entry in found) == len(cohort)
    positives = np.sum([entry[4] for entry in found], axis=0)
    assert positives.tolist() == cohort.labels.sum(axis=0).tolist()
    for modality in Modality:
        held = sum(entry[3] for entry in found if entry[0] == modality.code)
        assert held == int((cohort.modalities == modality.code).sum())
    assert len({entry[:3] for entry in found}) == len(found)


def test_what_is_unknown_has_a_cell_of_its_own() -> None:
    """A series of unknown age and sex counts under no sex and band -1."""
    known, unknown = series(0), series(2, age=None, sex=None)
    assert [entry[:4] for entry in counts((known, unknown))] == [
        (Modality.CTA.code, "", -1, 1),
        (Modality.CTA.code, "Female", 0, 1),
    ]


@given(arrays.arrays(np.float64, (4, 14), elements=st.floats(0.0, 1.0)))
def test_short_probabilities_are_the_same_float32(values: np.ndarray) -> None:
    """Nothing is lost of what float32 tells apart, no text is longer than it need be, and a second time changes nothing."""
    found = short(values)
    assert np.array_equal(found.astype(np.float32), values.astype(np.float32))
    assert np.array_equal(short(found), found)
    assert found.min() >= 0.0
    assert found.max() <= 1.0


def test_a_recipe_of_one_fold_takes_the_first_of_three() -> None:
    """One network still needs series that it was not fitted to."""
    assert [parts(recipe) for recipe in (V1, V2, V3)] == [3, 3, 3]


def test_the_baseline_is_fitted_elsewhere() -> None:
    """It is chance where modality tells nothing of a label, and more than that where it does."""
    made = setup()
    assert made.baseline(0) is not None
    told = made.baseline(0)
    assert told is not None
    assert told > 0.5  # every positive of this cohort is a CTA
    flat = setup(
        cohort=evolve(
            made.cohort, series=tuple(evolve(one, modality=Modality.T2) for one in made.cohort.series)
        )
    )
    assert flat.baseline(0) == pytest.approx(0.5)


def test_a_fold_without_series_has_no_baseline() -> None:
    """Nor has one that holds them all: there is nothing to judge by, or nothing to fit to."""
    made = setup()
    alone = evolve(made, fold=np.zeros(len(made.cohort), np.int64))
    assert (alone.baseline(0), alone.baseline(1)) == (None, None)


def test_the_documents_of_runs_that_differ_differ() -> None:
    """Seed, weights, labels, folds and frames each show by their path."""
    made = setup()
    given_ = made.given
    labels = (series(0, labels=series(2).labels), *made.cohort.series[1:])
    changes = {
        "seed": setup(given=evolve(given_, seed=8)),
        "pretrained.tiny_a": setup(given=evolve(given_, origins={"tiny_a": "timm"})),
        "recipe.training.epochs": setup(
            given=evolve(given_, recipe=evolve(RECIPE, training=evolve(RECIPE.training, epochs=3)))
        ),
        "series.sha256": setup(cohort=evolve(made.cohort, series=labels)),
        "frames.manifest_sha256": setup(frames_digest="others"),
    }
    for path, other in changes.items():
        found = list(differences(made.as_document(), other.as_document()))
        assert [line.split(" (")[0] for line in found] == [path]
    assert setup(fold=1 - made.fold).series_digest != made.series_digest
    assert not list(differences(made.as_document(), setup(versions={}).as_document()))
    assert not any(one.patient in str(made.as_document()) for one in made.cohort.series)


@given(st.recursive(st.integers() | st.none(), lambda inner: st.dictionaries(st.text(max_size=3), inner)))
def test_a_document_does_not_differ_from_itself(document: object) -> None:
    """Nothing is told of equal documents, and something of one in another's place."""
    assert not list(differences(document, document, "it"))
    assert list(differences({"it": document}, {"it": "another"}))


def test_folds_that_serve_are_let_be() -> None:
    """Both classes of presence and every location in each part: no error and no warning."""
    made = setup()
    require_classes(made, (0, 1))
    require_patients(made.cohort, 52)
    assert list(warnings(made, (0, 1))) == []


def test_fewer_patients_than_folds() -> None:
    """The error holds both numbers."""
    with pytest.raises(TrainingError, match=r"found 52 patients.*expected at least 53"):
        require_patients(setup().cohort, 53)


@pytest.mark.parametrize(("part", "fold"), [("training", 0), ("validation", 1)])
@pytest.mark.parametrize("positive", [True, False])
def test_a_fold_of_one_class(part: str, fold: int, positive: bool) -> None:
    """A fold whose training or validation series are all positive, or all negative, is named."""
    made = setup()
    twin = series(0) if positive else series(1)
    members = tuple(
        evolve(one, labels=twin.labels) if k == 1 else one
        for one, k in zip(made.cohort.series, made.fold, strict=True)
    )
    changed = setup(cohort=evolve(made.cohort, series=members))
    with pytest.raises(TrainingError, match=f"fold {fold}: its {part} series have one class of Aneurysm"):
        require_classes(changed, (fold,))


def test_presence_without_places_has_no_score() -> None:
    """A cohort that says that, never where, cannot be scored."""
    made = setup()
    members = tuple(evolve(one, labels=(*[False] * 13, one.present)) for one in made.cohort.series)
    with pytest.raises(TrainingError, match=r"fold 0: .*one class of every location"):
        require_classes(setup(cohort=evolve(made.cohort, series=members)), (0,))


def test_an_empty_fold() -> None:
    """A fold that nothing was dealt to is named."""
    with pytest.raises(TrainingError, match="fold 1: its validation series are none"):
        require_classes(setup(fold=np.zeros(104, int)), (1,))


def test_a_location_without_positives_is_told_of() -> None:
    """The warning names the fold and the place, where it is judged and where it is learnt."""
    made = setup()
    members = tuple(
        evolve(one, labels=(False, *one.labels[1:])) if k == 0 else one
        for one, k in zip(made.cohort.series, made.fold, strict=True)
    )
    changed = setup(cohort=evolve(made.cohort, series=members))
    judged, learnt = warnings(changed, (0, 1))
    assert judged.startswith("fold 0: one class among its validation series")
    assert learnt.startswith("fold 1: no positive among its training series")
    assert all(line.endswith(f": {LABELS[0]}") for line in (judged, learnt))
