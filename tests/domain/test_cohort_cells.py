"""Cells: what can only mean one thing is taken, everything else is refused without quoting who it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain import cohort_cells as cells
from neuronetra.domain.cohort import Sex
from neuronetra.domain.cohort_cells import Coordinates
from neuronetra.domain.locations import ARTERIES
from neuronetra.domain.modality import Modality


@pytest.mark.parametrize("cell", ["1", "1.0", "1,0", "True", "TRUE", "true"])
def test_ways_to_write_a_positive_label(cell):
    """All of them are positive."""
    assert cells.label_of(cell) is True


@pytest.mark.parametrize("cell", ["0", "0.0", "0,0", "False", "false"])
def test_ways_to_write_a_negative_label(cell):
    """All of them are negative."""
    assert cells.label_of(cell) is False


@pytest.mark.parametrize("cell", ["", "2", "-1", "0.5", "yes", "nan", "01", "1 0", "１"])
def test_a_label_is_nothing_else(cell):
    """No other number or word is a label."""
    with pytest.raises(ValueError, match="neither 0 nor 1"):
        cells.label_of(cell)


@pytest.mark.parametrize(
    ("cell", "age"),
    [("63", 63.0), ("63.5", 63.5), ("63,5", 63.5), ("063Y", 63.0), ("0", 0.0), ("", None), ("120", 120.0)],
)
def test_ages(cell, age):
    """Years, in DICOM's spelling and with a decimal comma too; nothing is unknown."""
    assert cells.age_of(cell) == age


@pytest.mark.parametrize(
    "cell", ["-1", "121", "1e2", "nan", "inf", "sixty", "1,234,5", "1952-03-04", "６３", "063M"]
)
def test_an_age_is_nothing_else(cell):
    """Other numbers and words are refused, and not quoted: a cell out of place may be a name or a date."""
    with pytest.raises(ValueError, match="years") as caught:
        cells.age_of(cell)
    assert cell not in str(caught.value)


def test_sexes_and_modalities():
    """Words of the data set and of this program are known; unknown ones are refused."""
    assert [cells.sex_of(cell) for cell in ("Female", "m", "MALE", "")] == [
        Sex.FEMALE,
        Sex.MALE,
        Sex.MALE,
        None,
    ]
    assert cells.modality_of("MRI T1post") is Modality.T1POST
    with pytest.raises(ValueError, match="neither Female nor Male"):
        cells.sex_of("Jane^Doe")
    with pytest.raises(ValueError, match="'PET' is no modality"):
        cells.modality_of("PET")


@pytest.mark.parametrize("cell", ["", "..", "1/2", "../x", "a b", "1.2\n", "x" * 65, ".1", "1.2\\3"])
def test_a_uid_can_name_a_folder_and_nothing_else(cell):
    """What could lead elsewhere in a file system is no UID."""
    with pytest.raises(ValueError, match="UID"):
        cells.uid_of(cell)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.none() | st.integers(0, 10**6), st.permutations("xyf"))
def test_coordinates_are_read_as_python_writes_them(x, y, frame, order):
    """A printed dictionary comes back exactly, whatever the order of its keys."""
    told = {"x": x, "y": y} | ({} if frame is None else {"f": frame})
    cell = str({key: told[key] for key in order if key in told})
    assert cells.coordinates_of(cell) == Coordinates(x, y, frame)
    assert cells.coordinates_of(cell.replace("'", '"')) == Coordinates(x, y, frame)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "{}",
        "{'x': 1}",
        "{'x': 1, 'y': 2, 'z': 3}",
        "{'x': 1, 'y': 2, 'f': 1.5}",
        "{'x': 1, 'y': 2, 'f': -1}",
        "{'x': 1, 'x': 2}",
        "{'x': 1, 'y': nan}",
        "{'x': 1e999, 'y': 1}",
        "{'x': 1e400, 'y': 1}",
        "{'x': True, 'y': 1}",
        "{'x': __import__('os'), 'y': 1}",
        "[1, 2]",
        "{'x': 1, 'y': 2} or exit()",
        "{'x': 1, 'y': 2" + " " * 300 + "}",
        "{'x': 1,5, 'y': 2}",
    ],
)
def test_coordinates_are_nothing_else(cell):
    """No other text is a place: nothing is ever evaluated."""
    with pytest.raises(ValueError, match=r"coordinates|frame"):
        cells.coordinates_of(cell)


def test_arteries_are_known_by_their_exact_names():
    """13 names; presence is no place, nor is a name misspelt."""
    assert [cells.artery_of(location.value) for location in ARTERIES] == list(ARTERIES)
    for cell in ("Aneurysm Present", "basilar tip", ""):
        with pytest.raises(ValueError, match="none of the 13"):
            cells.artery_of(cell)


@pytest.mark.parametrize("parse", [cells.label_of, cells.modality_of, cells.artery_of])
@pytest.mark.parametrize("cell", ["Doe^Jane", "MR Smith", "1234567", "patient-0-1", "陳大文", "19520304"])
def test_a_name_in_the_wrong_column_is_not_quoted(parse, cell):
    """With two columns exchanged a cell may be who it is: it is refused without being repeated."""
    with pytest.raises(ValueError, match="what stands there") as caught:
        parse(cell)
    assert cell not in str(caught.value)


def test_what_is_nearly_right_is_quoted():
    """A label, a modality and a location that are nearly one help when they are seen."""
    for parse, cell in (
        (cells.label_of, "0.5"),
        (cells.modality_of, "MR angio"),
        (cells.artery_of, "Basilar Top"),
    ):
        with pytest.raises(ValueError, match=repr(cell)):
            parse(cell)
