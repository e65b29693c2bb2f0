"""Rule 28: what a header says of a person never leaves the reader."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import pytest
from attrs import asdict
from pydicom.dataset import Dataset

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.errors import NoSeriesError, SliceError
from neuronetra.testing.series_builder import SeriesPlan, build, truncate, write_datasets

MARK = "Qx7Secret"


def planted(dataset: Dataset) -> None:
    """Mark every element that could tell of a person, and malform some that are parsed."""
    for keyword in ("PatientName", "PatientID", "StudyDescription", "SeriesDescription", "InstitutionName"):
        setattr(dataset, keyword, MARK)
    dataset.ReferringPhysicianName = dataset.AccessionNumber = dataset.ProtocolName = MARK
    dataset.ContrastBolusAgent = MARK
    dataset.PatientComments = dataset.ImageComments = MARK
    dataset.StudyDate = dataset.PatientBirthDate = "19340917"
    nested = Dataset()
    nested.PatientName = MARK
    dataset.ReferencedPatientSequence = [nested]
    block = dataset.private_block(0x0029, MARK, create=True)
    block.add_new(0x10, "LO", MARK)


@pytest.mark.parametrize("reader", [PydicomReader(), SimpleITKReader()], ids=["pydicom", "simpleitk"])
def test_rule_28_planted_marks_never_come_out(
    tmp_path: Path, reader: PydicomReader, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither series, report, error, log nor stream holds a planted name, id, text or date."""
    caplog.set_level(logging.DEBUG)
    built = build(SeriesPlan(slope=8.25, intercept=1.0))
    for dataset in built.datasets:
        planted(dataset)
    paths = built.write(tmp_path)
    for path in paths:
        raw = path.read_bytes()
        path.write_bytes(raw.replace(b"8.25", b"Qx7S"))
    truncate(paths[4], 0.9)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        (series,) = reader.scan(str(tmp_path))
        reader.load(series, range(series.frame_count))
        truncate(paths[0], 0.9)
        with pytest.raises(SliceError) as error:
            reader.load(series, [0])
    told = [repr(series), str(series), str(asdict(series)), str(error.value), repr(error.value), caplog.text]
    told += [str(w.message) for w in caught] + list(capfd.readouterr())
    for text in told:
        assert MARK not in text
        assert "Qx7S" not in text
        assert "19340917" not in text


def test_rule_28_errors_quote_no_header(tmp_path: Path) -> None:
    """A folder without a usable series says so without a word of its headers."""
    dataset = build(SeriesPlan(shape=(1, 7, 9))).datasets[0]
    planted(dataset)
    dataset.SeriesInstanceUID = ""
    write_datasets([dataset], tmp_path)
    with pytest.raises(NoSeriesError) as error:
        PydicomReader().scan(str(tmp_path))
    assert MARK not in str(error.value)
