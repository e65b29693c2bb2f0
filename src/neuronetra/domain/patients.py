"""Which files are of one patient, where some of them leave out a part of who that is."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from neuronetra.domain.headers import Patient


def one_patient_each(stated: Iterable[Patient]) -> dict[Patient, Patient]:
    """What files state, each with the patient meant.

    An empty identifier or name agrees with any, where just one patient agrees; what fits several or none
    is a patient of its own.
    """
    known = _Known()
    meant = {patient: known.place(patient) for patient in sorted(set(stated), key=_vagueness)}
    return {patient: known.patients[index] for patient, index in meant.items()}


@define
class _Known:
    """The patients so far, found by identifier and by name; taken in the order of ``_vagueness``."""

    patients: list[Patient] = field(factory=list)
    _by_identifier: dict[str, list[int]] = field(factory=dict)
    _by_name: dict[str, list[int]] = field(factory=dict)

    def place(self, patient: Patient) -> int:
        """The number of the patient meant, a new one unless just one agrees."""
        fitting = self._fitting(patient)
        if len(fitting) == 1:
            found = self.patients[fitting[0]]
            if not found.name and patient.name:
                self._by_name[""].remove(fitting[0])
                self._by_name.setdefault(patient.name, []).append(fitting[0])
            self.patients[fitting[0]] = Patient(
                found.identifier or patient.identifier, found.name or patient.name
            )
            return fitting[0]
        index = len(self.patients)
        self.patients.append(patient)
        self._by_identifier.setdefault(patient.identifier, []).append(index)
        self._by_name.setdefault(patient.name, []).append(index)
        return index

    def _fitting(self, patient: Patient) -> list[int]:
        """Those that agree, of more than one at least two."""
        if patient.identifier and patient.name:
            return []  # who states both is met once, and before the others
        if patient.identifier:
            return self._by_identifier.get(patient.identifier, [])[:2]
        if patient.name:
            return [*self._by_name.get(patient.name, [])[:2], *self._by_name.get("", [])[:2]]
        return list(range(min(2, len(self.patients))))


def _vagueness(patient: Patient) -> tuple[int, bool, Patient]:
    """Sort key: who states both first, then the identifier alone, the name alone, nothing."""
    parts = bool(patient.identifier) + bool(patient.name)
    return -parts, not patient.identifier, patient
