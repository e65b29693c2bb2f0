from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from neuronetra.adapters.results.columns import CsvWriter, ParquetWriter
from neuronetra.adapters.results.predictions import read_predictions
from neuronetra.domain.locations import LABELS
from neuronetra.domain.prediction_cells import TableModel
from neuronetra.domain.prediction_table import PredictionTable
from neuronetra.errors import InputError, InputNotFoundError
from neuronetra.testing.writer_contract import UNTRAINED, failed, good

VALUES = np.random.default_rng(3).random((3, 14))
UIDS = ["1.2.1", "1.2.2", "1.2.3"]
FRAME = pl.DataFrame(
    {"series_uid": UIDS, "modality": ["CTA"] * 3, **dict(zip(LABELS, VALUES.T, strict=True))}
)


def same(found: PredictionTable) -> bool:
    return found.uids == tuple(UIDS) and np.array_equal(found.probabilities, VALUES)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "p.csv"


def test_csv_and_parquet_are_told_by_content(tmp_path: Path) -> None:
    """Both forms give the table to the last bit, whatever the file is called."""
    FRAME.write_csv(tmp_path / "p.parquet")
    FRAME.write_parquet(tmp_path / "p.csv")
    assert same(read_predictions(str(tmp_path / "p.parquet")))
    assert same(read_predictions(str(tmp_path / "p.csv")))


def test_columns_in_another_order_are_the_same_table(place: Path) -> None:
    """Columns are taken by name: reversed, and with strangers between them, nothing changes."""
    FRAME.with_columns(note=pl.lit("x")).select(reversed([*FRAME.columns, "note"])).write_csv(place)
    assert same(read_predictions(str(place)))


def test_two_names_exchanged_exchange_their_values(place: Path) -> None:
    """A column is what its name says: with two names exchanged their probabilities are too."""
    FRAME.rename({LABELS[0]: LABELS[1], LABELS[1]: LABELS[0]}).write_csv(place)
    found = read_predictions(str(place)).probabilities
    assert np.array_equal(found[:, [1, 0]], VALUES[:, :2])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_marks_and_commas(place: Path, separator: str) -> None:
    """A byte-order mark, semicolons or tabs, decimal commas and other line ends are read as meant."""
    text = FRAME.write_csv(separator=separator)
    place.write_bytes(b"\xef\xbb\xbf" + text.replace("0.", "0,").replace("\n", "\r\n").encode())
    assert same(read_predictions(str(place)))


def test_lines_are_those_of_the_file(place: Path) -> None:
    """An error's line is that of an editor, though cells before it hold line ends and lines are blank."""
    header, first, second, _ = (
        FRAME.with_columns(note=pl.lit("a\nb")).write_csv(quote_style="non_numeric").split('\n"1', 3)
    )
    place.write_text(f'{header}\n"1{first}\n\n"1{second}\n'.replace(str(VALUES[1, 13]), "1.5"))
    with pytest.raises(InputError, match=r"p.csv, line 5: Aneurysm Present: '1.5' is not between 0 and 1"):
        read_predictions(str(place))


def test_other_uid_name_and_failed_rows(place: Path) -> None:
    """``SeriesInstanceUID`` does as well, and a row without values is a failed series."""
    frame = FRAME.rename({"series_uid": "SeriesInstanceUID"})
    empty = frame[:1].with_columns(pl.lit(None, pl.Float64).alias(label) for label in LABELS)
    pl.concat([frame[1:], empty]).write_csv(place)
    found = read_predictions(str(place))
    assert (found.uids, found.failed) == (("1.2.2", "1.2.3"), ("1.2.1",))


@pytest.mark.parametrize("dtype", [pl.Float32, pl.String, pl.Float64])
def test_parquet_of_other_types(tmp_path: Path, dtype: pl.DataType) -> None:
    """Single precision, and numbers kept as text, are numbers too."""
    path = tmp_path / "p.parquet"
    FRAME.with_columns(pl.col(LABELS).cast(dtype)).write_parquet(path)
    assert np.allclose(read_predictions(str(path)).probabilities, VALUES, atol=1e-6)


def test_parquet_of_whole_numbers_and_nan(tmp_path: Path) -> None:
    """0 and 1 are probabilities, NaN is none and named with its row."""
    path = tmp_path / "p.parquet"
    FRAME.with_columns(pl.col(LABELS[:13]).round().cast(pl.Int64)).write_parquet(path)
    assert np.array_equal(read_predictions(str(path)).probabilities[:, :13], np.round(VALUES[:, :13]))
    FRAME.with_columns(pl.lit(float("nan")).alias(LABELS[2])).write_parquet(path)
    with pytest.raises(InputError, match=f"line 2: {LABELS[2]}: 'nan' is no probability"):
        read_predictions(str(path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04 zip", "a zip file or a workbook"),
        (b'[{"series_uid": "1"}]', "JSON"),
        (b"<html>", "HTML"),
        (b"\xff\xfea\x00b\x00", "not UTF-8"),
        (b"a,b\x00,c\n", "neither CSV nor Parquet"),
        (b"PAR1 and then nothing", "damaged Parquet"),
        (b'series_uid,"x\n1,2', "not a table"),
        (b"a,b\n1,2\n", "columns are missing"),
    ],
)
def test_other_files_are_one_clear_error(place: Path, content: bytes, words: str) -> None:
    """What is no table of predictions is refused in one line with the file's name."""
    place.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_predictions(str(place))
    assert "p.csv" in str(error.value)
    assert words in str(error.value)


def test_short_row_is_named(place: Path) -> None:
    """A row with a cell too few is named by its line."""
    place.write_text(FRAME.write_csv().rstrip("\n").rpartition(",")[0] + "\n")
    with pytest.raises(InputError, match=r"p.csv, line 4: 15 cells where the header has 16"):
        read_predictions(str(place))


@pytest.mark.parametrize("name", ["none.csv", "nul\0.csv", "."])
def test_no_file_is_one_clear_error(tmp_path: Path, name: str) -> None:
    """A missing file, a folder, and what cannot be a name are errors of the input."""
    with pytest.raises(InputError) as error:
        read_predictions(str(tmp_path / name))
    assert isinstance(error.value, InputNotFoundError) == (name == "none.csv")


def test_damaged_parquet_never_gets_through(tmp_path: Path) -> None:
    """A Parquet file with any byte changed is read, or refused as an error of the input; nothing else."""
    path = tmp_path / "p.parquet"
    FRAME.write_parquet(path)
    whole = path.read_bytes()
    chance = np.random.default_rng(5)
    for place in chance.integers(4, len(whole), 150):
        changed = bytearray(whole)
        changed[place] ^= int(chance.integers(1, 256))
        path.write_bytes(changed)
        with suppress(InputError):
            assert len(read_predictions(str(path)).uids) <= len(UIDS)


@pytest.mark.parametrize("writer", [CsvWriter, ParquetWriter])
def test_what_predict_writes_is_read(place: Path, writer: type[CsvWriter | ParquetWriter]) -> None:
    """Both writers' documents come back: probabilities to the last bit, failures, and which model."""
    own = writer()
    written = [
        own.begin(),
        *(own.add(one) for one in (good("1.2.9"), failed("1.2.4"), good("1.2.3"))),
        own.end(),
    ]
    place.write_bytes(b"".join(written))
    found = read_predictions(str(place))
    assert (found.uids, found.failed) == (("1.2.3", "1.2.9"), ("1.2.4",))
    assert found.probabilities[0].tolist() == list((good().probabilities or {}).values())
    assert found.models == (TableModel(UNTRAINED.recipe, UNTRAINED.manifest_hash),)
    assert found.untrained


@pytest.mark.parametrize("writer", [CsvWriter, ParquetWriter])
def test_failures_alone_are_a_table(place: Path, writer: type[CsvWriter | ParquetWriter]) -> None:
    """A table of failed series is read, with nothing to measure in it."""
    own = writer()
    place.write_bytes(own.begin() + own.add(failed()) + own.end())
    assert read_predictions(str(place)).failed == ("1.2.4",)
