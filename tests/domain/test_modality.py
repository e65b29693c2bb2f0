"""Which modality header facts tell."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from neuronetra.domain.modality import PARENTS, Modality, ModalityFacts, resolve_modality
from neuronetra.errors import ModalityError

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
T2_SPIN_ECHO = {"scanning_sequence": ("SE",), "echo_time": 90.0, "repetition_time": 4000.0}
T1_GRADIENT = {
    "scanning_sequence": ("GR",),
    "sequence_variant": ("SP",),
    "echo_time": 3.0,
    "repetition_time": 8.0,
}
T1_PREPARED = {"scanning_sequence": ("GR", "IR"), "echo_time": 3.0, "repetition_time": 1900.0}
T1_SPIN_ECHO = {"scanning_sequence": ("SE",), "echo_time": 12.0, "repetition_time": 600.0}

CASES: list[tuple[str, dict[str, Any], Modality | None, bool]] = [
    ("bare CT is taken as angiography", {"modality": "CT"}, Modality.CTA, True),
    ("CT with contrast", {"modality": "CT", "contrast_agent": True}, Modality.CTA, False),
    ("CT by its class alone", {"sop_class_uid": CT}, Modality.CTA, True),
    ("enhanced CT by its class", {"sop_class_uid": CT + ".1"}, Modality.CTA, True),
    ("CT in small letters and spaces", {"modality": " ct "}, Modality.CTA, True),
    ("bare MR stays MR", {"modality": "MR"}, Modality.MR, False),
    ("MR by its class alone", {"sop_class_uid": MR}, Modality.MR, False),
    ("enhanced MR by its class", {"sop_class_uid": MR + ".1"}, Modality.MR, False),
    ("angio flag", {"modality": "MR", "angio_flag": "Y"}, Modality.MRA, False),
    ("angio flag that says no", {"modality": "MR", "angio_flag": "N"}, Modality.MR, False),
    ("time of flight variant", {"modality": "MR", "sequence_variant": ("TOF",)}, Modality.MRA, False),
    ("time of flight image type", {"modality": "MR", "image_type": ("ORIGINAL", "TOF")}, Modality.MRA, False),
    ("angiography wins over T1", {"modality": "MR", "angio_flag": "Y", **T1_GRADIENT}, Modality.MRA, False),
    ("T2 spin echo", {"modality": "MR", **T2_SPIN_ECHO}, Modality.T2, False),
    (
        "T2 with contrast stays T2",
        {"modality": "MR", "contrast_agent": True, **T2_SPIN_ECHO},
        Modality.T2,
        False,
    ),
    ("FLAIR is no T2", {"modality": "MR", **T2_SPIN_ECHO, "inversion_time": 2500.0}, Modality.MR, False),
    (
        "STIR is no T2",
        {"modality": "MR", **T2_SPIN_ECHO, "scanning_sequence": ("SE", "IR")},
        Modality.MR,
        False,
    ),
    ("a short echo is no T2", {"modality": "MR", **T2_SPIN_ECHO, "echo_time": 59.0}, Modality.MR, False),
    (
        "T2* gradient echo is no T2",
        {"modality": "MR", **T2_SPIN_ECHO, "scanning_sequence": ("GR",)},
        Modality.MR,
        False,
    ),
    (
        "T1 gradient with contrast",
        {"modality": "MR", "contrast_agent": True, **T1_GRADIENT},
        Modality.T1POST,
        False,
    ),
    (
        "T1 prepared with contrast",
        {"modality": "MR", "contrast_agent": True, **T1_PREPARED},
        Modality.T1POST,
        False,
    ),
    (
        "T1 spin echo with contrast",
        {"modality": "MR", "contrast_agent": True, **T1_SPIN_ECHO},
        Modality.T1POST,
        False,
    ),
    ("T1 without contrast", {"modality": "MR", **T1_GRADIENT}, Modality.MR, False),
    ("contrast without a sequence", {"modality": "MR", "contrast_agent": True}, Modality.MR, False),
    ("times that are unknown", {"modality": "MR", "scanning_sequence": ("SE",)}, Modality.MR, False),
    ("a modality stated wins over the class", {"modality": "MR", "sop_class_uid": CT}, Modality.MR, False),
    ("PET", {"modality": "PT"}, None, False),
    ("PET with a CT class", {"modality": "PT", "sop_class_uid": CT}, None, False),
    ("nothing said", {}, None, False),
]


@pytest.mark.parametrize(("facts", "modality", "assumed"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_resolve_modality(facts: dict[str, Any], modality: Modality | None, assumed: bool) -> None:
    """What header facts tell, and whether it was assumed; a reason is always given."""
    resolved = resolve_modality(ModalityFacts(**facts))
    assert (resolved and resolved.modality) == modality
    if resolved is not None:
        assert resolved.assumed is assumed
        assert resolved.source


def test_pixels_play_no_part() -> None:
    """Header facts are all that is asked for: no pixels could be given."""
    assert list(inspect.signature(resolve_modality).parameters) == ["facts"]
    names = {field.name for field in ModalityFacts.__attrs_attrs__}  # type: ignore[attr-defined]
    assert not any("pixel" in name or "value" in name for name in names)


@pytest.mark.parametrize(
    ("word", "modality"),
    [
        ("CTA", Modality.CTA),
        ("cta", Modality.CTA),
        (" T2 ", Modality.T2),
        ("MRI T2", Modality.T2),
        ("MRI T1post", Modality.T1POST),
        ("t1POST", Modality.T1POST),
        ("MR", Modality.MR),
        ("MRA", Modality.MRA),
    ],
)
def test_words_of_users_and_tables(word: str, modality: Modality) -> None:
    """The command line's words and a table's, in any case."""
    assert Modality.parse(word) is modality


@pytest.mark.parametrize("word", ["", "MRI", "PET", "T1", "CT A", "x" * 1000])
def test_other_words(word: str) -> None:
    """Another word is refused in one line that lists those there are."""
    with pytest.raises(ModalityError) as caught:
        Modality.parse(word)
    assert "CT, CTA, MRA, T1post, T2, MR" in str(caught.value)
    assert len(str(caught.value)) < 150


def test_codes_and_parents() -> None:
    """Codes stand in batches and never move; every modality but MR has a parent."""
    assert [modality.code for modality in Modality] == [0, 1, 2, 3, 4, 5]
    assert [modality.value for modality in Modality] == ["CT", "CTA", "MRA", "T1post", "T2", "MR"]
    assert {child.value: parent.value for child, parent in PARENTS.items()} == {
        "MRA": "MR",
        "T1post": "MR",
        "T2": "MR",
        "CT": "CTA",
        "CTA": "CT",
    }
