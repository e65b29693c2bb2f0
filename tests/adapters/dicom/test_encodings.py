"""Encodings of a header: deflated and big endian are known for what they are, contradictions are read."""

from __future__ import annotations

import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import ExplicitVRLittleEndian

from neuronetra.adapters.dicom import scanning
from neuronetra.adapters.dicom.deflated import STEP, Inflater
from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.header import FileHeaders, read_headers
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.budget import Budget
from neuronetra.errors import NoSeriesError
from neuronetra.testing.series_builder import SeriesPlan, build, write_datasets


@pytest.mark.parametrize("encoding", ["implicit", "big endian", "deflated"])
@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("layout", ["single", "enhanced"])
def test_rule_21_however_the_data_set_is_written(
    tmp_path: Path, encoding: str, bits: int, layout: str
) -> None:
    """Words of any width, also of frames with an odd number of bytes, come out as they were put in."""
    plan = SeriesPlan(
        shape=(3, 5, 7), encoding=encoding, bits_allocated=bits, bits_stored=min(bits, 12), layout=layout
    )
    built = build(plan)
    built.write(tmp_path)
    (series,) = PydicomReader().scan(str(tmp_path))
    assert np.array_equal(PydicomReader().load(series, range(3)).pixels, built.volume)


def count_inflated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of each step of inflating from now on."""
    counted: list[int] = []
    step = Inflater.step

    def counting(inflater: Inflater, most: int = STEP) -> bytes:
        counted.append(len(found := step(inflater, most)))
        return found

    monkeypatch.setattr(Inflater, "step", counting)
    return counted


def test_rule_23_a_deflate_bomb_is_not_inflated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a small file that would inflate to hundreds of megabytes no more is inflated than is asked for."""
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
    inflated = count_inflated(monkeypatch)
    (series,) = PydicomReader().scan(str(tmp_path))
    assert PydicomReader().load(series, [0]).pixels.shape == (1, 8, 8)
    assert sum(inflated) < 1 << 20


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
    (series,) = PydicomReader().scan(str(tmp_path))
    assert series.frame_count == 3
    assert any("transfer syntax" in warning for warning in series.reading.warnings)


def test_a_slow_share_is_read_by_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where opening files takes long, they are opened side by side, and each just once."""
    built = build(SeriesPlan(shape=(40, 8, 8)))
    built.write(tmp_path)
    opened: list[str] = []
    workers: set[int] = set()

    def slow(found: FoundFile, budget: Budget) -> FileHeaders:
        opened.append(found.file)
        workers.add(threading.get_ident())
        time.sleep(0.02)
        return read_headers(found, budget)

    monkeypatch.setattr(scanning, "read_headers", slow)
    (series,) = PydicomReader().scan(str(tmp_path))
    assert len(workers) > 4
    assert series.frame_count == len(opened) == len(set(opened)) == 40


@pytest.mark.parametrize(("asked", "expected"), [(None, scanning.SHARE_THREADS), (1, 1), (3, 3)])
def test_threads_that_were_asked_for_are_kept_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: int | None, expected: int
) -> None:
    """Only where nothing was asked for do more threads wait for a share than there are processors."""
    used: list[int] = []

    def noted(_work: object, _items: object, threads: int, sample: int) -> list[object]:
        used.append(threads)
        return []

    monkeypatch.setattr(scanning, "side_by_side", noted)
    with pytest.raises(NoSeriesError):
        PydicomReader(threads=asked).scan(str(tmp_path))
    assert used == [expected]
