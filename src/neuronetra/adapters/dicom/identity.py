"""The elements that tell whose slice it is, what kind of image, and when it was taken."""

from __future__ import annotations

import re
from hashlib import blake2b, sha256

from neuronetra.adapters.dicom.elements import Elements
from neuronetra.adapters.dicom.values import Values
from neuronetra.domain.headers import Patient, Times
from neuronetra.domain.modality import ModalityFacts

SOP_CLASS, IMAGE_TYPE, MODALITY = 0x00080016, 0x00080008, 0x00080060
PATIENT_ID, PATIENT_NAME = 0x00100020, 0x00100010
CONTRAST_AGENT, CONTRAST_SEQUENCE = 0x00180010, 0x00180012
ACQUISITION_TIME, CONTENT_TIME, TRIGGER_TIME = 0x00080032, 0x00080033, 0x00181060
ACQUISITION_CONTRAST, ECHO_PULSE, INVERSION = 0x00089209, 0x00189008, 0x00189009
TIME_OF_FLIGHT, SPOILING = 0x00189015, 0x00189016
IDENTITY_TAGS = frozenset(
    {SOP_CLASS, IMAGE_TYPE, MODALITY, PATIENT_ID, PATIENT_NAME, CONTRAST_AGENT, CONTRAST_SEQUENCE}
    | {ACQUISITION_TIME, CONTENT_TIME, TRIGGER_TIME}
    | {0x00180020, 0x00180021, 0x00180025, 0x00180080, 0x00180081, 0x00180082}
    | {ACQUISITION_CONTRAST, ECHO_PULSE, INVERSION, TIME_OF_FLIGHT, SPOILING}
)
_UID = re.compile(r"[0-9.]{1,64}")
_ECHOES = {"SPIN": ("SE",), "GRADIENT": ("GR",), "BOTH": ("SE", "GR")}
"""How an enhanced image says what ScanningSequence says in others."""
_NO_AGENT = frozenset({"NONE", "NO", "N", "NOT", "N/A", "NA", "NIL", "0", "-", "NON", "WITHOUT", "W/O"})
"""First words by which the text for a contrast agent says that there was none."""


def uid_of(values: Values, tag: int, kind: str) -> str:
    """A UID, empty where there is none; for a malformed one, which is never shown, ``kind`` and a digest."""
    stated = values.text(tag)
    if not stated or _UID.fullmatch(stated):
        return stated
    values.malformed(tag)
    return f"{kind}-{sha256(stated.encode()).hexdigest()[:16]}"


def patient_of(values: Values) -> Patient:
    """Digests that tell patients apart, by PatientID and PatientName."""
    identifier = values.raw.get(PATIENT_ID, b"").strip(b" \0")
    name = values.raw.get(PATIENT_NAME, b"").strip(b" \0^")
    return Patient(_digest(identifier), _digest(name))


def _digest(told: bytes) -> str:
    return blake2b(told, digest_size=12).hexdigest() if told else ""


def times_of(values: Values) -> Times:
    """When the slice was taken, to be compared with others of its series."""
    return Times(
        trigger=values.seconds(TRIGGER_TIME),
        acquisition=values.seconds(ACQUISITION_TIME),
        content=values.seconds(CONTENT_TIME),
    )


def modality_facts(values: Values, elements: Elements, meta_class: str) -> ModalityFacts:
    """What tells the modality; ``meta_class`` is the file's SOP class where the data set has none."""
    return ModalityFacts(
        modality=values.text(MODALITY),
        sop_class_uid=values.text(SOP_CLASS) or meta_class,
        image_type=values.words(IMAGE_TYPE),
        scanning_sequence=values.words(0x00180020) or _enhanced_sequence(values),
        sequence_variant=values.words(0x00180021) or _enhanced_variant(values),
        acquisition_contrast=values.text(ACQUISITION_CONTRAST).upper(),
        angio_flag=values.text(0x00180025),
        contrast_agent=_agent_named(values.text(CONTRAST_AGENT))
        or bool(elements.offsets.get(CONTRAST_SEQUENCE, (0, 0))[1]),
        repetition_time=values.number(0x00180080),
        echo_time=values.number(0x00180081),
        inversion_time=values.number(0x00180082),
    )


def _enhanced_sequence(values: Values) -> tuple[str, ...]:
    inverted = ("IR",) if values.text(INVERSION).upper() == "YES" else ()
    return (*_ECHOES.get(values.text(ECHO_PULSE).upper(), ()), *inverted)


def _enhanced_variant(values: Values) -> tuple[str, ...]:
    flight = ("TOF",) if values.text(TIME_OF_FLIGHT).upper() == "YES" else ()
    spoiled = values.text(SPOILING).upper() not in ("", "NONE")
    return (*flight, *(("SP",) if spoiled else ()))


def _agent_named(text: str) -> bool:
    words = text.upper().replace("-", " ").split()
    return bool(words) and words[0] not in _NO_AGENT
