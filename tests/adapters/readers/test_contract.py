"""Both shipped readers keep the port's promises."""

from __future__ import annotations

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.ports import SeriesReader
from neuronetra.testing.reader_contract import SeriesReaderContract


class TestPydicomReader(SeriesReaderContract):
    def make_reader(self) -> SeriesReader:
        return PydicomReader()


class TestSimpleITKReader(SeriesReaderContract):
    def make_reader(self) -> SeriesReader:
        return SimpleITKReader()
