"""The contracts that neuronetra ships, passed by this package's adapters."""

from __future__ import annotations

from neuronetra_example.reader import CountingReader

from neuronetra.testing.reader_contract import SeriesReaderContract


class TestCountingReader(SeriesReaderContract):
    def make_reader(self) -> CountingReader:
        return CountingReader()
