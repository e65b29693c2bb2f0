"""Whose file it is, where identifier or name is left out."""

from __future__ import annotations

import pytest

from neuronetra.domain.headers import Patient
from neuronetra.domain.patients import one_patient_each

WHOLE, OTHER = Patient("1", "A"), Patient("2", "B")


@pytest.mark.parametrize("vague", [Patient("1"), Patient("", "A"), Patient()])
def test_rule_05_an_empty_part_agrees_with_the_one_candidate(vague: Patient) -> None:
    """Half of the files without an identifier are no second patient."""
    assert one_patient_each([vague, WHOLE]) == {vague: WHOLE, WHOLE: WHOLE}


def test_rule_05_what_fits_several_patients_is_none_of_them() -> None:
    """A file without both parts joins nobody where there are two to choose from."""
    meant = one_patient_each([Patient(), WHOLE, OTHER, Patient("2")])
    assert len(set(meant.values())) == 3
    assert meant[Patient("2")] == OTHER


def test_rule_05_one_part_that_differs_makes_two_patients() -> None:
    """The same name under two identifiers, or two names under one, are two patients."""
    for other in (Patient("2", "A"), Patient("1", "B"), Patient("", "B")):
        assert len(set(one_patient_each([WHOLE, other]).values())) == 2


def test_an_identifier_and_a_name_alone_are_one_patient() -> None:
    """Where nothing contradicts, they are each other's only candidate."""
    assert len(set(one_patient_each([Patient("1"), Patient("", "A")]).values())) == 1
