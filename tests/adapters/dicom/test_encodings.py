"""Encodings of a header: deflated and big endian are known for what they are, contradictions are read."""

from __future__ import annotations

import threading
import time
import zlib
from pathlib import Path

import pytest
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian

from neuronetra.adapters.dicom import scanning
from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.header import read_header
from neuronetra.adapters.dicom.scanning import scan_folder
from neuronetra.domain.headers import Refused, SliceHeader
from neuronetra.testing.series_builder import SeriesPlan, build, write_datasets


@pytest.mark.parametrize(
    ("syntax", "word"), [(DeflatedExplicitVRLittleEndian, "deflated"), (ExplicitVRBigEndian, "big endian")]
)
def test_other_encodings_are_named(tmp_path: Path, syntax: UID, word: str) -> None:
    """The series is known, and why it is not read."""
    datasets = build(SeriesPlan(shape=(3, 8, 8))).datasets
    for dataset in datasets:
        dataset.file_meta.TransferSyntaxUID = syntax
        if word == "big endian":
            dataset["PixelData"].VR = "OW"
    write_datasets(datasets, tmp_path)
    (series,) = scan_folder(str(tmp_path))
    assert series.error is not None
    assert word in series.error


def test_rule_23_a_deflate_bomb_is_not_inflated(tmp_path: Path) -> None:
    """A small file that would inflate to hundreds of megabytes costs a mebibyte."""
    path = write_datasets(build(SeriesPlan(shape=(1, 8, 8))).datasets, tmp_path)[0]
    raw = path.read_bytes()
    meta = 132 + 12 + int.from_bytes(raw[140:144], "little")
    head = raw[:meta].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    size = int.from_bytes(raw[140:144], "little") + 2
    head = head[:140] + size.to_bytes(4, "little") + head[144:]
    place = head.index(b"1.2.840.10008.1.2.1.99") - 2
    head = head[:place] + (22).to_bytes(2, "little") + head[place + 2 :]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(raw[meta:-128] + bytes(300_000_000)) + packer.flush()
    path.write_bytes(head + bomb)
    begun = time.perf_counter()
    (series,) = scan_folder(str(tmp_path))
    assert time.perf_counter() - begun < 5.0
    assert series.error is not None
    assert "deflated" in series.error


def test_elements_are_believed_where_the_syntax_contradicts_them(tmp_path: Path) -> None:
    """A file that says explicit and is implicit is read as it is written."""
    datasets = build(SeriesPlan(shape=(3, 8, 8), implicit=True)).datasets
    for number, dataset in enumerate(datasets):
        body = DicomBytesIO()
        body.is_little_endian, body.is_implicit_VR = True, True
        meta = dataset.file_meta
        write_dataset(body, dataset)
        header = DicomBytesIO()
        path = tmp_path / f"{number}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        write_file_meta_info(header, meta)
        path.write_bytes(bytes(128) + b"DICM" + header.getvalue() + body.getvalue())
    (series,) = scan_folder(str(tmp_path))
    assert series.frame_count == 3
    assert any("transfer syntax" in warning for warning in series.reading.warnings)


def test_a_slow_share_is_read_by_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where opening files takes long, they are opened side by side, and each just once."""
    built = build(SeriesPlan(shape=(40, 8, 8)))
    built.write(tmp_path)
    opened: list[str] = []
    workers: set[int] = set()

    def slow(found: FoundFile) -> SliceHeader | Refused:
        opened.append(found.file)
        workers.add(threading.get_ident())
        time.sleep(0.02)
        return read_header(found)

    monkeypatch.setattr(scanning, "read_header", slow)
    (series,) = scan_folder(str(tmp_path))
    assert len(workers) > 4
    assert series.frame_count == len(opened) == len(set(opened)) == 40


@pytest.mark.parametrize(("asked", "expected"), [(None, scanning.SHARE_THREADS), (1, 1), (3, 3)])
def test_threads_that_were_asked_for_are_kept_to(
    monkeypatch: pytest.MonkeyPatch, asked: int | None, expected: int
) -> None:
    """Only where nothing was asked for do more threads wait for a share than there are processors."""
    used: list[int] = []

    def noted(_work: object, _items: object, threads: int, sample: int) -> list[object]:
        used.append(threads)
        return []

    monkeypatch.setattr(scanning, "side_by_side", noted)
    scanning.read_headers([], asked)
    assert used == [expected]
