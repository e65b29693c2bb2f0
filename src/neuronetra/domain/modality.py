"""Imaging modality: the six values that the product knows, and how headers tell them apart."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from attrs import field, frozen

from neuronetra.errors import ModalityError


class Modality(Enum):
    """What was imaged and how; the value is the spelling used on the command line and in results."""

    CT = "CT"
    CTA = "CTA"
    MRA = "MRA"
    T1POST = "T1post"
    T2 = "T2"
    MR = "MR"

    @property
    def code(self) -> int:
        """The number that stands for this modality in a batch: its place in this enum, from 0."""
        return list(Modality).index(self)

    @classmethod
    def parse(cls, text: str) -> Modality:
        """The modality of a user's word or a table's cell (``MRI T2``, ``MRI T1post`` included).

        Raises ``ModalityError`` for any other word.
        """
        word = text.strip().lower().removeprefix("mri ").strip()
        for modality in cls:
            if modality.value.lower() == word:
                return modality
        known = ", ".join(modality.value for modality in cls)
        raise ModalityError("unknown modality", found=repr(text[:40]), expected=f"one of {known}")

    @classmethod
    def named(cls, given: Modality | str) -> Modality:
        """A modality, or the one of that name. Raises ``ModalityError`` for anything else."""
        if isinstance(given, cls):
            return given
        if isinstance(given, str):
            return cls.parse(given)
        raise ModalityError("not a modality", found=type(given).__name__, expected="a Modality or its name")


PARENTS: dict[Modality, Modality] = {
    Modality.MRA: Modality.MR,
    Modality.T1POST: Modality.MR,
    Modality.T2: Modality.MR,
    Modality.CT: Modality.CTA,
    Modality.CTA: Modality.CT,
}
"""Where a model falls back to when it never saw a modality."""

_CT_CLASSES = frozenset(
    {"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"}
)
_MR_CLASSES = frozenset(
    {"1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"}
)


def _words(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value.strip().upper() for value in values if value.strip())


@frozen(kw_only=True)
class ModalityFacts:
    """The header elements that tell a modality; empty or ``None`` where the header says nothing.

    Times are in milliseconds (DICOM part 3, C.8.3.1).
    """

    modality: str = ""
    sop_class_uid: str = ""
    image_type: tuple[str, ...] = field(default=(), converter=_words)
    scanning_sequence: tuple[str, ...] = field(default=(), converter=_words)
    sequence_variant: tuple[str, ...] = field(default=(), converter=_words)
    angio_flag: str = ""
    acquisition_contrast: str = ""
    contrast_agent: bool = False
    repetition_time: float | None = None
    echo_time: float | None = None
    inversion_time: float | None = None


@frozen
class ResolvedModality:
    """A modality, the reason for it, and whether it was assumed rather than stated."""

    modality: Modality
    source: str
    assumed: bool = False


def resolve_modality(facts: ModalityFacts) -> ResolvedModality | None:
    """The modality that header facts tell; never looks at pixels.

    CT means CTA here: head CT in this setting is angiography, and a contrast element is often empty
    in contrast studies. MR is refined only by what the header states. ``None``: neither CT nor MR.
    """
    stated = facts.modality.strip().upper()
    if stated == "CT" or (not stated and facts.sop_class_uid in _CT_CLASSES):
        if facts.contrast_agent:
            return ResolvedModality(Modality.CTA, "CT with a contrast agent stated")
        return ResolvedModality(Modality.CTA, "CT; angiography assumed, no contrast agent stated", True)
    if stated == "MR" or (not stated and facts.sop_class_uid in _MR_CLASSES):
        return _resolve_mr(facts)
    return None


def _resolve_mr(facts: ModalityFacts) -> ResolvedModality:
    if _is_angiography(facts):
        return ResolvedModality(Modality.MRA, "MR angiography stated")
    if _is_t2(facts):
        return ResolvedModality(Modality.T2, "MR with a T2-weighted spin echo's sequence and times")
    if _is_t1(facts):
        if facts.contrast_agent:
            return ResolvedModality(Modality.T1POST, "MR, T1-weighted, with a contrast agent stated")
        return ResolvedModality(Modality.MR, "MR, T1-weighted; no contrast agent stated")
    return ResolvedModality(Modality.MR, "MR; the header does not tell which")


def _is_angiography(facts: ModalityFacts) -> bool:
    return (
        facts.angio_flag.strip().upper() == "Y"
        or "TOF" in facts.sequence_variant
        or any(word in facts.image_type for word in ("TOF", "MRA", "ANGIO"))
        or facts.acquisition_contrast in ("TOF", "TIME_OF_FLIGHT")
    )


def _is_t2(facts: ModalityFacts) -> bool:
    """A spin echo with a long echo and repetition; an inversion (FLAIR, STIR) is another contrast."""
    spin_echo = "SE" in facts.scanning_sequence or "SE" in facts.image_type
    inverted = "IR" in facts.scanning_sequence or bool(facts.inversion_time)
    times = (facts.echo_time or 0.0) >= 60.0 and (facts.repetition_time or 0.0) >= 2000.0
    return spin_echo and (times or facts.acquisition_contrast == "T2") and not inverted


def _is_t1(facts: ModalityFacts) -> bool:
    """Short echo with a spoiled gradient echo, an inversion-prepared one, or a short spin echo."""
    echo, repetition = facts.echo_time or 0.0, facts.repetition_time or 0.0
    prepared = "SP" in facts.sequence_variant or "IR" in facts.scanning_sequence
    gradient = "GR" in facts.scanning_sequence and prepared and 0.0 < echo <= 10.0
    spin = "SE" in facts.scanning_sequence and 0.0 < echo <= 30.0 and 0.0 < repetition <= 1000.0
    return gradient or spin or facts.acquisition_contrast == "T1"
