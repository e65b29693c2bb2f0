"""Ways to spoil the headers of a series: elements missing, malformed, contradictory; strangers in the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from pydicom import dcmread
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from neuronetra.testing.file_faults import Damage, Paths, Spoil, one_of, pixel_keyword
from neuronetra.testing.series_plan import ROOT

Change = Callable[[Dataset], object]
LARGEST = 0xFFFF


def edited(change: Change) -> Damage:
    """Read a file, change its data set and write it back."""

    def damage(path: Path) -> None:
        dataset = dcmread(path)
        change(dataset)
        dataset.save_as(path)

    return damage


def stranger(change: Change) -> Spoil:
    """A further file in the folder: a changed copy of one of the series', with an instance UID of its own."""

    def spoil(folder: Path, paths: Paths) -> None:
        dataset = dcmread(one_of(paths))
        dataset.SOPInstanceUID = f"{ROOT}.8.1"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        change(dataset)
        dataset.save_as(folder / "stranger")

    return spoil


def holders(dataset: Dataset, keyword: str) -> Iterator[Dataset]:
    """Every data set that holds an element: the file's own, or items of its functional groups."""
    if keyword in dataset:
        yield dataset
    groups = [
        *dataset.get("SharedFunctionalGroupsSequence", ()),
        *dataset.get("PerFrameFunctionalGroupsSequence", ()),
    ]
    for group in groups:
        for element in group:
            yield from (item for item in element.value if keyword in item)


def without(keyword: str) -> Change:
    """The element is missing wherever it stood."""

    def change(dataset: Dataset) -> None:
        for holder in list(holders(dataset, keyword)):
            delattr(holder, keyword)

    return change


def written(keyword: str, text: str) -> Change:
    """The element holds other characters, valid or not."""

    def change(dataset: Dataset) -> None:
        for holder in list(holders(dataset, keyword)):
            _put(holder, keyword, text)

    return change


def decimal_commas(dataset: Dataset) -> None:
    """Spacing is written as in many countries."""
    for holder in list(holders(dataset, "PixelSpacing")):
        _put(holder, "PixelSpacing", "\\".join(str(v).replace(".", ",") for v in holder.PixelSpacing))


def _put(holder: Dataset, keyword: str, text: str) -> None:
    raw = text.encode("latin-1")
    raw += b" " * (len(raw) % 2)
    tag = Tag(tag_for_keyword(keyword) or 0)
    holder[tag] = RawDataElement(tag, dictionary_VR(tag), len(raw), raw, 0, False, True)


def set_to(**elements: object) -> Change:
    """Elements of the data set itself get other values."""

    def change(dataset: Dataset) -> None:
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)

    return change


def nonsense_characters(dataset: Dataset) -> None:
    """A character set that there is not."""
    _put(dataset, "SpecificCharacterSet", "ISO 2022 NONSENSE\\\\ISO_IR 999")


def unchanged(_dataset: Dataset) -> None:
    """A stranger that differs in its instance UID alone."""


def all_at_origin(dataset: Dataset) -> None:
    """Every position is 0, 0, 0, as careless de-identification leaves it."""
    for holder in holders(dataset, "ImagePositionPatient"):
        holder.ImagePositionPatient = [0, 0, 0]


def moved(dataset: Dataset) -> None:
    """One slice, of many frames the third, lies 0.4 mm off along the patient's axes."""
    found = list(holders(dataset, "ImagePositionPatient"))
    holder = found[min(2, len(found) - 1)]
    holder.ImagePositionPatient = [round(float(v) + 0.4, 6) for v in holder.ImagePositionPatient]


def as_scout(dataset: Dataset) -> None:
    """A localizer across the slices."""
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    for holder in holders(dataset, "ImageOrientationPatient"):
        x, y, z, a, b, c = holder.ImageOrientationPatient
        holder.ImageOrientationPatient = [y, z, x, b, c, a]


def fewer_rows(dataset: Dataset) -> None:
    """A whole image, but of one row less than the others."""
    dataset.Rows -= 1
    element = dataset[pixel_keyword(dataset)]
    raw = element.value[: dataset.Rows * dataset.Columns * dataset.BitsAllocated // 8]
    element.value = raw + b"\0" * (len(raw) % 2)


def one_row_less(dataset: Dataset) -> None:
    """The header has one row less than the codestream."""
    dataset.Rows -= 1


def more_frames(dataset: Dataset) -> None:
    """Three frames more than there are."""
    dataset.NumberOfFrames = int(dataset.get("NumberOfFrames", 1)) + 3
