"""Compressed frames that are damaged inside: one error that both readers share, nothing logged, nothing printed."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.errors import SliceError
from neuronetra.testing.command_line import run
from neuronetra.testing.series_builder import SeriesPlan, build

pytest.importorskip("imagecodecs", reason="encoding these needs imagecodecs, of the extra testing")
READERS = (PydicomReader(threads=1), SimpleITKReader(threads=1))
PLAN = SeriesPlan(shape=(9, 16, 16), encoding="JPEG-LS")


def damaged(folder: Path, plan: SeriesPlan, start: bytes) -> None:
    """The series of a plan, each file's coded data spoilt some way behind the last ``start``."""
    for path in build(plan).write(folder):
        raw = bytearray(path.read_bytes())
        at = raw.rindex(start) + 20
        raw[at : at + 12] = bytes(byte ^ 0x5A for byte in raw[at : at + 12])
        path.write_bytes(bytes(raw))


def test_rule_24_the_error_is_the_same_whoever_decoded_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Decoders are named in one order, and a library's own log of the failure is not passed on."""
    caplog.set_level(logging.WARNING)
    damaged(tmp_path, PLAN, b"\xff\xda")
    errors = []
    for reader in READERS:
        (series,) = reader.scan(str(tmp_path))
        with pytest.raises(SliceError) as caught:
            reader.load(series, range(9))
        errors.append(caught.value.reasons)
    assert errors[0] == errors[1]
    assert any("JPEG-LS pixel data cannot be decoded" in reason for reason in errors[0].values())
    assert caplog.records == []


@pytest.mark.parametrize(("encoding", "start"), [("JPEG lossless", b"\xff\xda"), ("JPEG 2000", b"\xff\x93")])
def test_rule_24_the_command_line_shows_no_library_s_words(
    tmp_path: Path, encoding: str, start: bytes
) -> None:
    """What codecs print of damaged pixels does not stand between our own lines; with --debug it does."""
    damaged(tmp_path, SeriesPlan(shape=(9, 16, 16), encoding=encoding), start)
    done = run("inspect", tmp_path, "--reader", "simpleitk")
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    if encoding == "JPEG lossless":
        assert "Corrupt JPEG data" in run("inspect", tmp_path, "--debug").stderr
