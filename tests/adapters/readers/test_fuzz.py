"""Damaged files give typed errors, never anything else, and never pixels that are not in the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.errors import InputError
from neuronetra.testing.series_builder import SeriesPlan, build

READERS = (PydicomReader(threads=1), SimpleITKReader(threads=1))
MUTATIONS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    folder = tmp_path_factory.mktemp("fuzz")
    plan = SeriesPlan(shape=(3, 6, 7), slope=1.5, intercept=-3.0, implicit=False)
    paths = build(plan).write(folder / "good")
    (folder / "series").mkdir()
    return folder, [path.read_bytes() for path in paths]


@settings(max_examples=250, deadline=None)
@given(MUTATIONS, st.integers(0, 2), st.floats(0.05, 1.0))
def test_mutated_bytes(
    good: tuple[Path, list[bytes]], mutations: list[tuple[float, bytes]], which: int, kept: float
) -> None:
    """Bytes overwritten and files cut: both readers agree, and fail only with typed errors."""
    folder, contents = good
    spoiled = bytearray(contents[which])
    for place, new in mutations:
        at = 100 + int(place * (len(spoiled) - 100))
        spoiled[at : at + len(new)] = new
    spoiled = spoiled[: int(len(spoiled) * kept)] if kept < 0.9 else spoiled
    for number, content in enumerate(contents):
        (folder / "series" / f"{number}").write_bytes(bytes(spoiled) if number == which else content)
    outcomes = [outcome(reader, folder / "series") for reader in READERS]
    assert outcomes[0] == outcomes[1]


def outcome(reader: PydicomReader | SimpleITKReader, folder: Path) -> object:
    """Everything that came of a folder, comparable."""
    try:
        found = reader.scan(str(folder))
        pixels = []
        for series in found:
            if series.error is None:
                frames = reader.load(series, range(series.frame_count))
                assert np.isfinite(frames.pixels).all()
                pixels.append(frames)
    except InputError as error:
        return type(error), str(error)
    return found, pixels
