from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.modality import Modality
from neuronetra.domain.out_of_fold import Records, Scoring, WhoMayScore, warnings_of
from neuronetra.domain.training_record import TrainingRecord, patient_mark, series_mark

KEY, OTHER = "a" * 16, "b" * 16


def series_of(patients: list[int]) -> tuple[LabelledSeries, ...]:
    return tuple(
        LabelledSeries(f"1.{n}", "", f"{patient:064x}"[::-1], Modality.CTA, (False,) * 14)
        for n, patient in enumerate(patients)
    )


def record_of(trained_on: tuple[LabelledSeries, ...], key: str = KEY, digest: str = "d") -> TrainingRecord:
    return TrainingRecord(
        "tiny",
        digest,
        False,
        key,
        1,
        0,
        3,
        "none",
        tuple(sorted({patient_mark(one.patient) for one in trained_on})),
        tuple(sorted(series_mark(one.uid) for one in trained_on)),
        (),
        (),
    )


@st.composite
def overlaps(draw: st.DrawFn) -> tuple[tuple[LabelledSeries, ...], Records, dict[str, frozenset[int]]]:
    """Series of some patients, and members that saw any of them, by equal keys or by others."""
    series = series_of(draw(st.lists(st.integers(0, 5), min_size=1, max_size=12)))
    records: dict[str, TrainingRecord | None] = {}
    seen: dict[str, frozenset[int]] = {}
    for number in range(draw(st.integers(1, 4))):
        rows = draw(st.frozensets(st.integers(0, len(series) - 1)))
        key = draw(st.sampled_from([KEY, OTHER]))
        records[f"m{number}"] = record_of(tuple(series[row] for row in rows), key)
        seen[f"m{number}"] = rows
    return series, records, seen


@given(overlaps())
def test_no_member_scores_a_patient_it_saw(
    given: tuple[tuple[LabelledSeries, ...], Records, dict[str, frozenset[int]]],
) -> None:
    """Whatever the overlap of what members saw, and whatever the keys: a member never gets a series of such a patient."""
    series, records, seen = given
    who = WhoMayScore.of(records, series, KEY)
    for row, one in enumerate(series):
        for name in who.named(row):
            assert one.patient not in {series[other].patient for other in seen[name]}


@given(overlaps())
def test_whom_nobody_saw_gets_all(
    given: tuple[tuple[LabelledSeries, ...], Records, dict[str, frozenset[int]]],
) -> None:
    """A member is kept away from what it saw alone: patients of its own apart, it may score everyone."""
    series, records, seen = given
    who = WhoMayScore.of(records, series, KEY)
    for row, one in enumerate(series):
        away = {name for name in records if name not in who.named(row)}
        assert away == {n for n in records if one.patient in {series[other].patient for other in seen[n]}}
    people = {one.patient: set() for one in series}  # type: ignore[var-annotated]
    for one, group in zip(series, who.groups.tolist(), strict=True):
        people[one.patient].add(group)
    assert all(len(groups) == 1 for groups in people.values())


def test_a_patient_is_known_by_an_equal_key_alone() -> None:
    """Another series of a patient that was trained on is kept away where keys are equal, and cannot be where they differ."""
    trained, new = series_of([1]), evolve(series_of([1])[0], uid="2.0")
    for key, kept_away in ((KEY, True), (OTHER, False)):
        who = WhoMayScore.of({"m": record_of(trained, key)}, [new], KEY)
        assert who.overlap.tolist() == [kept_away]
    both = WhoMayScore.of({"m": record_of(trained, OTHER)}, [trained[0], new], KEY)
    assert both.left_out.tolist() == [True, True]


def test_who_scored_how_many() -> None:
    """Groups of members are counted, most series first; series that nobody may score are in none."""
    series = series_of([0, 0, 1, 2, 3])
    records: Records = {"a": record_of(series[:2]), "b": record_of(series[2:3]), "c": record_of(series[:3])}
    who = WhoMayScore.of({**records, "d": None}, series, KEY)
    assert who.scorings() == (
        Scoring(("a", "b", "c", "d"), 2),
        Scoring(("b", "d"), 2),
        Scoring(("a", "d"), 1),
    )
    nobody = WhoMayScore.of({"a": records["a"]}, series[:2], KEY)
    assert nobody.scorings() == ()
    assert nobody.left_out.all()
    assert WhoMayScore.of({}, (), KEY).groups.shape == (0,)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ({"m": record_of(())}, []),
        ({"m": record_of((), OTHER)}, []),
        ({"m": record_of((), OTHER, "e")}, ["--patient-key"]),
        ({"m": record_of((), KEY, "e")}, []),
        ({"m": None, "n": record_of(())}, ["1 of 2 members were trained on is unknown"]),
    ],
)
def test_what_cannot_be_known_is_said(records: Records, said: list[str]) -> None:
    """Other keys on another cohort, and members of unknown training, are told of; nothing else is."""
    found = warnings_of(records, "d", KEY)
    assert len(found) == len(said)
    assert all(word in line for word, line in zip(said, found, strict=True))


def test_keep_is_of_rows() -> None:
    """Kept rows keep what they may."""
    series = series_of([0, 1, 2])
    who = WhoMayScore.of({"m": record_of(series[1:2])}, series, KEY)
    assert who.keep(np.array([True, True, False])).allowed.tolist() == [[True], [False]]
