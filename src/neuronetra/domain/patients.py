"""Which files are of one patient, where some of them leave out a part of who that is."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from neuronetra.domain.headers import Patient


def one_patient_each(stated: Iterable[Patient]) -> dict[Patient, Patient]:
    """What files state, each with the patient meant.

    An empty identifier or name agrees with any, where just one patient agrees; what fits several or none
    is a patient of its own.
    """
    known: list[Patient] = []
    meant: dict[Patient, int] = {}
    for patient in sorted(set(stated), key=_vagueness):
        fitting = [i for i, other in enumerate(known) if patient.agrees(other)]
        if len(fitting) == 1:
            found = known[fitting[0]]
            filled = Patient(found.identifier or patient.identifier, found.name or patient.name)
            known[fitting[0]] = filled
        else:
            fitting = [len(known)]
            known.append(evolve(patient))
        meant[patient] = fitting[0]
    return {patient: known[index] for patient, index in meant.items()}


def _vagueness(patient: Patient) -> tuple[int, bool, Patient]:
    """Sort key: who states both first, then the identifier alone, the name alone, nothing."""
    parts = bool(patient.identifier) + bool(patient.name)
    return -parts, not patient.identifier, patient
