"""Header elements as facts that show nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from neuronetra.adapters.dicom.technical import technical_facts
from neuronetra.domain.leaks.facts import SeriesFacts
from neuronetra.testing.series_builder import SeriesPlan, build


def _dataset(**elements: object) -> Dataset:
    dataset = build(SeriesPlan(shape=(2, 8, 8), series=1, seed=1, modality="CT")).datasets[0]
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset


def _facts(tmp_path: Path, dataset: Dataset) -> SeriesFacts:
    path = tmp_path / "x.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return technical_facts(str(path))


def _told(facts: SeriesFacts) -> dict[str, object]:
    return {key.name: value for key, value in (*facts.numbers.items(), *facts.categories.items())}


def test_numbers_dates_and_times_are_numbers(tmp_path: Path) -> None:
    """Decimal strings, binary numbers, dates as days and times in seconds."""
    told = _told(
        _facts(tmp_path, _dataset(KVP="120", BitsStored=12, StudyDate="20200102", StudyTime="010203.5"))
    )
    before = _told(_facts(tmp_path, _dataset(StudyDate="20200101")))
    assert (told["KVP"], told["BitsStored"], told["StudyTime"]) == (120.0, 12.0, 3723.5)
    assert told["StudyDate"] == before["StudyDate"] + 1  # type: ignore[operator]


def test_texts_are_digests(tmp_path: Path) -> None:
    """No text of a header stands in a fact; equal ones have equal digests, others others."""
    texts = {"Manufacturer": "ACME", "InstitutionName": "Somewhere", "PatientComments": "aneurysm seen"}
    first, again, other = (
        _told(_facts(tmp_path, _dataset(**{**texts, **more}))) for more in ({}, {}, {"Manufacturer": "OTHER"})
    )
    assert first == again
    assert first["Manufacturer"] != other["Manufacturer"]
    assert first["PatientComments"] == other["PatientComments"]
    for text in texts.values():
        assert text not in repr(first)


def test_who_the_patient_is_is_no_fact(tmp_path: Path) -> None:
    """Name, identifier, age and sex of the patient, uids and the place of one slice are not looked at."""
    facts = _facts(tmp_path, _dataset(PatientAge="061Y", PatientSex="F", PatientBirthDate="19600101"))
    assert not {name for name in _told(facts) if name.startswith("Patient") or name.endswith("UID")} - {
        "PatientPosition",
        "SOPClassUID",
        "TransferSyntaxUID",
        "ImplementationClassUID",
    }
    assert not {"ImagePositionPatient", "InstanceNumber", "Rows"} & _told(facts).keys()


def test_private_elements_are_named_by_their_tag(tmp_path: Path) -> None:
    """A private element that holds the label is a fact, whatever it is called."""
    told = []
    for label in ("0", "1"):
        dataset = _dataset()
        dataset.private_block(0x0011, "SOMEBODY", create=True).add_new(0x01, "LO", label)
        told.append(_told(_facts(tmp_path, dataset)))
    assert told[0]["element (0011,1001)"] != told[1]["element (0011,1001)"]


def test_which_elements_there_are_is_a_fact(tmp_path: Path) -> None:
    """A header that has an element more differs by that alone, and is longer."""
    first, second = (_told(_facts(tmp_path, _dataset(**more))) for more in ({}, {"ProtocolName": "A"}))
    assert first["elements"] != second["elements"]
    assert first["bytes of the header"] < second["bytes of the header"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "content", [b"", b"x" * 50, b"\0" * 128 + b"DICM", b"\0" * 128 + b"DICM" + b"\xff" * 300]
)
def test_what_is_no_dicom_tells_little(tmp_path: Path, content: bytes) -> None:
    """Other files, cut ones and none at all raise nothing."""
    path = tmp_path / "x"
    path.write_bytes(content)
    assert not technical_facts(str(path)).numbers
    assert technical_facts(str(tmp_path / "none")) == SeriesFacts()
    assert technical_facts(str(tmp_path)) == SeriesFacts()


@pytest.mark.parametrize("value", [b"nonsense", b"1e400", b"nan", b"\xff\xfe", b""])
def test_numbers_that_are_none_are_texts(tmp_path: Path, value: bytes) -> None:
    """What a numeric element holds that is no number is a kind of its own."""
    dataset = _dataset(KVP="111111111")
    path = tmp_path / "x.dcm"
    dataset.save_as(path, enforce_file_format=True)
    path.write_bytes(path.read_bytes().replace(b"111111111 ", value.ljust(10)))
    facts = technical_facts(str(path))
    assert "KVP" in {key.name for key in facts.categories}
    assert "KVP" not in {key.name for key in facts.numbers}
