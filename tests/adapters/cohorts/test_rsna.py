"""Cohorts in the RSNA layout: read whole, bad rows listed by line, lesion points where the lesions are."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest

from neuronetra.adapters.cohorts.rsna import RsnaCohort
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.cohort import PatientSource
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import ARTERIES, LABELS, Location
from neuronetra.errors import CohortError, InputNotFoundError, UsageError
from neuronetra.testing.cohort_builder import CohortPlan, CohortSeries, small_cohort, write_cohort
from neuronetra.testing.cohort_contract import CohortContract, source_cohort
from neuronetra.testing.series_builder import SeriesPlan, build

PLANES = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)


class TestRsnaCohort(CohortContract):
    """The contract."""

    def make(self, folder: Path) -> RsnaCohort:
        return RsnaCohort(str(source_cohort(folder / "cohort")))


def _read(folder, **options):
    return RsnaCohort(str(folder), **options).read()


def _rows(path):
    with path.open(newline="") as stream:
        return list(csv.reader(stream))


def _change(path, change, **form):
    """Rewrite a table by ``change`` (rows -> rows)."""
    rows = change(_rows(path))
    with path.open("w", newline="", encoding=form.pop("encoding", "utf-8")) as stream:
        csv.writer(stream, **form).writerows(rows)


@pytest.fixture
def cohort(tmp_path):
    """Eight series; lesions in every second one."""
    return small_cohort(tmp_path / "cohort")


STORED = [
    {
        "plane": plane,
        "transpose": bool(n & 1),
        "reverse_rows": bool(n & 2),
        "reverse_columns": n == 3,
        **layout,
    }
    for n, plane in enumerate((*PLANES, Plane.AXIAL))
    for layout in (
        {},
        {"layout": "enhanced", "frame_order": 5},
        {"descending": True, "rotation": (5.0, -7.0, 9.0)},
    )
]


@pytest.mark.parametrize("stored", STORED)
def test_points_lie_where_the_reader_puts_the_pixel(tmp_path, stored):
    """In every plane, turn and layout the reader's pixel at a point in mm is the one marked."""
    built = build(
        SeriesPlan(shape=(4, 9, 7), picture=lambda shape: np.random.default_rng(3).random(shape), **stored)
    )
    root = write_cohort(tmp_path, CohortPlan(series=(CohortSeries(number=1, lesions=(ARTERIES[0],)),)))
    shutil.rmtree(root / "series" / built.uid)
    built.write(root / "series" / built.uid)
    chance, rows, pixels = np.random.default_rng(1), [], []
    for _ in range(5):
        dataset = built.datasets[int(chance.integers(len(built.datasets)))]
        frame = int(chance.integers(4)) if "frame_order" in stored else None
        row, column = int(chance.integers(dataset.Rows)), int(chance.integers(dataset.Columns))
        told = {"x": float(column), "y": float(row)} | ({} if frame is None else {"f": frame})
        rows.append([built.uid, dataset.SOPInstanceUID, str(told), ARTERIES[0].value])
        array = dataset.pixel_array if frame is None else dataset.pixel_array[frame]
        pixels.append(array[row, column])
    _change(root / "train_localizers.csv", lambda table: [table[0], *rows])
    (series,) = _read(root).series
    (read,) = PydicomReader().scan(series.path)
    volume = PydicomReader().load(read, range(4)).pixels
    for point, value in zip(series.points, pixels, strict=True):
        places = np.linalg.solve(read.geometry.affine, [*point.point, 1.0])[:3]
        assert np.allclose(places, np.rint(places), atol=1e-4)
        assert volume[tuple(np.rint(places).astype(int))] == value


def test_folders_laid_out_by_hand_are_found_and_counted(tmp_path):
    """Series in folders by label, or with words behind their uids, are read, and the notes count them."""
    plain = small_cohort(tmp_path / "a", slices=2)
    by_hand = small_cohort(
        tmp_path / "b",
        slices=2,
        folder_of=lambda positive, uid: f"positive/{uid}" if positive else f"{uid}_n",
    )
    before, found = _read(plain), _read(by_hand)
    assert [(s.uid, s.labels, s.points) for s in found.series] == [
        (s.uid, s.labels, s.points) for s in before.series
    ]
    assert not found.bad_rows
    assert any(note.startswith("8 series folders do not lie at") for note in found.notes)
    assert not before.notes


def test_a_classic_file_tells_no_place(tmp_path):
    """A multi-frame file without geometry gives points in pixels alone, and a note."""
    found = _read(small_cohort(tmp_path, layouts=("classic",)))
    points = [point for series in found.series for point in series.points]
    assert len(points) == 4
    assert all(point.point is None and point.frame is not None for point in points)
    assert any("4 lesion points have no place in mm" in note for note in found.notes)


def test_names_of_files_need_not_be_instances(cohort):
    """Files under other names are found by what they hold."""
    before = _read(cohort)
    for number, path in enumerate(cohort.glob("series/*/*.dcm")):
        path.rename(path.with_name(f"IM{number:04}"))
    assert _read(cohort) == before


def test_a_file_under_anothers_name_does_not_mislead(cohort):
    """The name is a hint: what counts is the instance uid in the file."""
    before = _read(cohort)
    for folder in (cohort / "series").iterdir():
        one, other, *_ = sorted(folder.iterdir())
        one.rename(folder / "x")
        other.rename(one)
        (folder / "x").rename(other)
    assert _read(cohort) == before


def test_every_bad_row_is_listed_with_its_line(cohort):
    """All that can be wrong with rows, in one report; the other series and points stay."""
    rows, points = _rows(cohort / "train.csv"), _rows(cohort / "train_localizers.csv")
    shutil.rmtree(cohort / "series" / rows[1][0])
    for path in (cohort / "series" / rows[2][0]).iterdir():
        path.unlink()
    rows[3][LABELS.index("Basilar Tip") + 4] = "2"
    rows += [rows[4], [*rows[5][:1], "33", *rows[5][2:]]]
    kept = next(n for n in range(6, 9) if rows[n][-1] == "1")
    point = next(row for row in points if row[0] == rows[kept][0])
    no = next(n for n in range(6, 9) if rows[n][-1] == "0")
    points += [
        [point[0], "9.9", *point[2:]],
        [*point[:2], "{'x': 1, 'y': 500}", point[3]],
        [*point[:2], "nowhere", point[3]],
        [*point[:2], "{'x': 1, 'y': 1, 'f': 3}", point[3]],
        [*point[:3], "Somewhere"],
        ["1.2.3", *point[1:]],
        [rows[no][0], *point[1:]],
    ]
    _change(cohort / "train.csv", lambda _: rows)
    _change(cohort / "train_localizers.csv", lambda _: points)
    found = _read(cohort)
    told = {(row.file, row.line): row.problem for row in found.bad_rows}
    expected = {
        ("train.csv", 2): "missing",
        ("train.csv", 3): "empty",
        ("train.csv", 4): "Basilar Tip: '2'",
        ("train.csv", 6): "line 11, with other values",
        ("train.csv", 10): "line 5 again",
        ("train.csv", 11): "line 6, with other values",
        ("train_localizers.csv", 6): "not in the series folder",
        ("train_localizers.csv", 7): "outside the picture",
        ("train_localizers.csv", 8): "coordinates",
        ("train_localizers.csv", 9): "frame 3 of an instance of 1",
        ("train_localizers.csv", 10): "none of the 13 locations",
        ("train_localizers.csv", 11): "not among",
        ("train_localizers.csv", 12): "label is 0",
    }
    for place, words in expected.items():
        assert words in told.pop(place)
    lost = {"its series is left out", "its series is not among the usable rows of train.csv"}
    assert all(file == "train_localizers.csv" and why in lost for (file, _), why in told.items())
    gone = [row[0] for row in rows[1:4]]
    assert len(told) == sum(row[0] in gone or row[0] == rows[5][0] for row in points[1:5])
    assert {series.uid for series in found.series} == {rows[n][0] for n in (4, 6, 7, 8)}


@pytest.mark.parametrize(
    ("form", "note"),
    [
        ({"encoding": "utf-8-sig"}, "byte-order mark"),
        ({"delimiter": ";"}, "semicolons"),
        ({"delimiter": "\t", "lineterminator": "\r\n"}, "tabs"),
        ({"quoting": csv.QUOTE_ALL, "delimiter": ";", "encoding": "utf-8-sig"}, "semicolons"),
    ],
)
def test_other_forms_of_csv_change_nothing(cohort, form, note):
    """Marks, separators and quotation marks are seen through, and said in the notes."""
    before = _read(cohort)
    for name in ("train.csv", "train_localizers.csv"):
        _change(cohort / name, lambda rows: rows, **form)
    found = _read(cohort)
    assert [(s.uid, s.labels, s.age, s.points) for s in found.series] == [
        (s.uid, s.labels, s.age, s.points) for s in before.series
    ]
    assert sum(note in one for one in found.notes) == 2
    assert found.digest != before.digest


def test_the_order_of_columns_is_nothing(cohort):
    """Columns the other way round give the same series."""
    before = _read(cohort)
    _change(cohort / "train.csv", lambda rows: [row[::-1] for row in rows])
    assert [s.labels for s in _read(cohort).series] == [s.labels for s in before.series]


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("train.csv", b"Basilar Tip", b"Basilar Tp"),
        ("train.csv", b",Modality", b",Kind"),
        ("train.csv", b"SeriesInstanceUID", b"\xff"),
        ("train_localizers.csv", b"coordinates", b"place"),
    ],
)
def test_a_table_that_cannot_be_used_is_an_error(cohort, table, old, new):
    """A column missing or misspelt, and bytes that are no UTF-8, end the reading with the table's name."""
    content = (cohort / table).read_bytes()
    (cohort / table).write_bytes(content.replace(old, new))
    with pytest.raises(CohortError) as caught:
        _read(cohort)
    assert caught.value.where.startswith(table)


def test_exchanged_columns_show_in_the_points(tmp_path):
    """Two label names swapped in the header: the points disagree, and the error names both."""
    left, right = "Left Middle Cerebral Artery", "Right Middle Cerebral Artery"
    series = [
        CohortSeries(number=n, lesions=(Location(left if n % 2 else right),), shape=(2, 20, 24))
        for n in range(1, 9)
    ]
    root = write_cohort(tmp_path, CohortPlan(series=tuple(series)))
    exchange = {left: right, right: left}
    _change(root / "train.csv", lambda rows: [[exchange.get(c, c) for c in rows[0]], *rows[1:]])
    with pytest.raises(CohortError, match="exchanged") as caught:
        _read(root)
    assert left in caught.value.fix
    assert right in caught.value.fix


def test_nothing_there_is_an_error(tmp_path, cohort):
    """No folder, no train.csv, a folder in its place, no series folder: each is one clear error."""
    for location in ("", str(tmp_path / "none"), str(cohort / "train.csv"), "\0"):
        with pytest.raises(CohortError, match="no such folder"):
            _read(location)
    with pytest.raises(CohortError, match="cannot be read"):
        _read(cohort / "series")
    shutil.move(cohort / "series", tmp_path / "elsewhere")
    with pytest.raises(CohortError, match="no folder of series"):
        _read(cohort)
    (cohort / "series").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CohortError, match="leads out"):
        _read(cohort)
    (cohort / "train.csv").unlink()
    (cohort / "train.csv").mkdir()
    with pytest.raises(CohortError, match=r"cannot be read|not a regular file"):
        _read(cohort)


def test_a_table_that_is_a_pipe_is_not_waited_for(cohort):
    """A pipe in place of a table is an error at once."""
    (cohort / "train.csv").unlink()
    os.mkfifo(cohort / "train.csv")
    with pytest.raises(CohortError, match="not a regular file"):
        _read(cohort)


def test_a_large_table_is_not_read(cohort):
    """More than 256 MB are refused by their size alone."""
    with (cohort / "train.csv").open("r+b") as stream:
        stream.truncate((256 << 20) + 1)
    with pytest.raises(CohortError, match="too large"):
        _read(cohort)


def test_without_localizers_the_labels_stay(cohort):
    """The table of points need not be there; the notes say that it is not."""
    (cohort / "train_localizers.csv").unlink()
    found = _read(cohort)
    assert len(found) == 8
    assert not any(series.points for series in found.series)
    assert any("train_localizers.csv" in note for note in found.notes)


def test_patients_come_from_the_column_before_the_images(tmp_path):
    """PatientID of train.csv is used where it is there, and tells the same patients as the images do."""
    column = _read(small_cohort(tmp_path / "a", series_per_patient=2, patient_column=True))
    images = _read(small_cohort(tmp_path / "b", series_per_patient=2))
    assert (column.patient_source, images.patient_source) == (PatientSource.COLUMN, PatientSource.DICOM)
    assert column.patients.tolist() == images.patients.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_one_secret_makes_one_patient_in_every_cohort(tmp_path):
    """With a key of one's own, column, table and images give one hash for one id; other keys give others."""
    secret, other = tmp_path / "secret", tmp_path / "other"
    secret.write_bytes(b"0123456789abcdef\n")
    other.write_bytes(b"0123456789abcdeF\n")
    a = small_cohort(tmp_path / "a", patient_column=True)
    b = small_cohort(tmp_path / "b", slices=2)
    table = tmp_path / "patients.csv"
    rows = [["SeriesInstanceUID", "PatientID"]]
    rows += [[s.uid, f" patient-0-{int(s.uid.rpartition('.')[2]) - 1} "] for s in _read(b).series]
    table.write_text("".join(";".join(row) + "\n" for row in rows))
    hashes = [
        [s.patient for s in _read(root, patient_key=str(secret), **more).series]
        for root, more in ((a, {}), (b, {}), (b, {"patients": str(table)}))
    ]
    assert hashes[0] == hashes[1] == hashes[2]
    assert not set(hashes[0]) & {s.patient for s in _read(a, patient_key=str(other)).series}
    assert not set(hashes[0]) & {s.patient for s in _read(a).series}


def test_the_default_key_is_the_same_wherever_the_cohort_lies(cohort, tmp_path):
    """Two copies of a cohort agree on every patient; a table of patients makes another key."""
    copy = shutil.copytree(cohort, tmp_path / "copy")
    assert _read(copy).series[0].patient == _read(cohort).series[0].patient
    assert RsnaCohort(str(copy)).key() == RsnaCohort(str(cohort)).key()
    table = tmp_path / "p.csv"
    table.write_text("SeriesInstanceUID,PatientID\n")
    assert RsnaCohort(str(copy), str(table)).key() != RsnaCohort(str(copy)).key()


def test_images_without_patients_make_one_each(tmp_path):
    """Where neither table nor image names a patient each series is one, and the report says so."""
    series = tuple(CohortSeries(number=n, shape=(2, 20, 24)) for n in range(1, 4))
    found = _read(write_cohort(tmp_path, CohortPlan(series=series, dicom_patients=False)))
    assert found.patient_source is PatientSource.NONE
    assert found.patients.tolist() == [0, 1, 2]
    assert any("patients are unknown" in note for note in found.notes)


def test_an_image_without_a_patient_among_others(cohort):
    """A series whose images name nobody is its own patient, counted in the notes."""
    folder = next((cohort / "series").iterdir())
    for path in folder.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.PatientID = ""
        dataset.save_as(path)
    found = _read(cohort)
    assert len(set(found.patients)) == 8
    assert any("1 of 8 series state no patient" in note for note in found.notes)


def test_a_series_with_two_patients_is_left_out(cohort, tmp_path):
    """A table of patients that contradicts itself costs the series, not a leak between folds."""
    uids = [series.uid for series in _read(cohort).series]
    table = tmp_path / "p.csv"
    table.write_text(
        "SeriesInstanceUID,PatientID\n"
        + "".join(f"{u},A-17\n" for u in uids)
        + f"{uids[0]},B-18\n,x\n{uids[1]},A-17\n"
    )
    found = _read(cohort, patients=str(table))
    assert [series.uid for series in found.series] == uids[1:]
    assert found.patient_source is PatientSource.TABLE
    assert [row.line for row in found.bad_rows if row.file == "the table of patients"] == [10, 11]
    assert not any("A-17" in str(row) or "B-18" in str(row) for row in found.bad_rows)


@pytest.mark.parametrize(
    ("content", "error"), [(None, InputNotFoundError), (b"short", UsageError), (b"x" * 70_000, UsageError)]
)
def test_a_key_that_is_none_is_refused(cohort, tmp_path, content, error):
    """A key that is not there, too short or endless; none of it is told."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error) as caught:
        _read(cohort, patient_key=str(path))
    assert "short" not in str(caught.value).replace("too short", "")


def test_no_patient_is_told_anywhere(tmp_path):
    """Ids in the column and in images are in no row, note, repr or error."""
    root = small_cohort(tmp_path, patient_column=True)
    _change(root / "train.csv", lambda rows: [*rows, [*rows[1][:3], "PET", *rows[1][4:]], rows[2][:-4]])
    found = _read(root)
    assert len(found.bad_rows) >= 2
    assert "patient-0" not in f"{found!r} {found.as_document()}"


def test_patients_are_hashed_with_and_without_padding(cohort):
    """An id padded with zero bytes or spaces in one image of a patient is the same patient."""
    folders = sorted((cohort / "series").iterdir())[:2]
    for folder, told in zip(folders, ("P-1", " P-1  "), strict=True):
        for path in folder.iterdir():
            dataset = pydicom.dcmread(path)
            dataset.PatientID = told
            dataset.save_as(path)
    assert len(set(_read(cohort).patients)) == 7


@pytest.mark.parametrize("header", ["SeriesInstanceUID,PatientID", "PatientID,SeriesInstanceUID"])
def test_a_table_of_patients_of_other_series_is_an_error(cohort, tmp_path, header):
    """A table that names no series, as with its columns exchanged, would make each series a patient."""
    table = tmp_path / "patients.csv"
    rows = (
        ["9.9.1,a", "9.9.2,a"]
        if header.startswith("Series")
        else [f"{one.uid},a" for one in _read(cohort).series]
    )
    table.write_text("\n".join([header, *rows]))
    with pytest.raises(CohortError, match="none of the cohort's series"):
        _read(cohort, patients=str(table))
