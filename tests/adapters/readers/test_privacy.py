"""Rule 28: what a header says of a person never leaves the reader, whatever becomes of its file."""

from __future__ import annotations

import json
import logging
import re
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pytest
import SimpleITK as sitk
from attrs import asdict
from pydicom.datadict import DicomDictionary, RepeatersDictionary, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.tag import Tag

from neuronetra.adapters.dicom import functional_groups, header
from neuronetra.adapters.dicom.elements import Encoding, HeaderBytes, walk
from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.values import Values
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.budget import Budget
from neuronetra.domain.hiding import NameHider
from neuronetra.domain.prediction import SeriesReport
from neuronetra.errors import InputError
from neuronetra.ports import SeriesReader
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.series_builder import SeriesPlan, build

READERS = (PydicomReader(), SimpleITKReader())
TOP, NESTED, DEEPER, GROUP, PRIVATE, SPOILT = range(6)
"""Where a mark stands: the digit after its signature."""
SIGNATURES = re.compile(
    r"ZQ[0-9][0-9A-F]{8}|179179\.[0-9]|235959\.[0-9]|1797\.[0-9]|179Y|(?<![0-9.])179[0-9]{5,}"
)
"""How marks of each value representation begin; the rest of a mark tells its element."""
TEXT_VRS = frozenset(
    {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"}
)
KEPT = frozenset(
    {0x00080005, 0x00080016, 0x00080018, 0x00080060, 0x0020000E, 0x00280004, 0x00280008}
    | {0x00200013, 0x00200032, 0x00200037, 0x00201041, 0x00280030, 0x00281052, 0x00281053}
)
"""Text elements without which nothing is written or read, or which the reader may output."""


def mark(tag: int, vr: str, where: int = TOP) -> str:
    """A valid value of ``vr`` that no other element holds."""
    day = f"179{where}{1 + (tag >> 4) % 12:02}{1 + tag % 28:02}"
    time = f"235959.{where}{tag % 100_000:05}"
    written = {
        "AS": "179Y",
        "DA": day,
        "TM": time,
        "DT": day + time,
        "DS": f"1797.{where}{tag:010}",
        "IS": f"179{tag % 1_000_000:06}",
        "UI": f"1.2.826.0.1.3680043.8.498.179179.{where}.{tag}",
    }
    return written.get(vr, f"ZQ{where}{tag:08X}")


def text_elements() -> Iterator[tuple[int, str]]:
    """Tag and VR of every element of the standard's dictionary that holds text, repeating groups once."""
    repeated = {int(mask.replace("x", "0"), 16): entry for mask, entry in RepeatersDictionary.items()}
    for tag, entry in {**DicomDictionary, **repeated}.items():
        if entry[0] in TEXT_VRS and tag >> 16 not in (0x0000, 0xFFFE):
            yield tag, entry[0]


TEXTS = tuple(sorted(text_elements()))
FEW = TEXTS[::20]
COMMENT = mark(0x7FE00010, "LO").encode() * 3
"""Stands in codestreams, which decoders are given as they are; it must not come out of them."""


def put(dataset: Dataset, tag: int, vr: str, text: str) -> None:
    """Write characters into an element, valid or not."""
    raw = text.encode() + (b"\0" if vr == "UI" else b" ") * (len(text) % 2)
    dataset[Tag(tag)] = RawDataElement(
        Tag(tag), vr, len(raw), raw, 0, is_implicit_VR=False, is_little_endian=True
    )


def mark_all(dataset: Dataset, where: int, texts: Iterable[tuple[int, str]] = TEXTS) -> None:
    """Marks in text elements of the data set itself, but for those that are needed as they are."""
    for tag, vr in texts:
        if tag not in KEPT and tag >> 16 != 0x0002:
            put(dataset, tag, vr, mark(tag, vr, where))


def plant(dataset: Dataset, texts: Sequence[tuple[int, str]]) -> None:
    """Marks wherever text can stand: elements, items, private blocks, meta group, preamble, padding."""
    for group in functional_items(dataset):
        mark_all(group, GROUP, texts)
    mark_all(dataset, TOP, texts)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", mark(0x00080008, "CS")]
    innermost = dataset
    for level, keyword in enumerate(("RequestAttributesSequence", "ConceptNameCodeSequence") * 3):
        item = Dataset()
        mark_all(item, DEEPER if level else NESTED, FEW if level else texts)
        setattr(innermost, keyword, [item])
        innermost = item
    creator, *held = (mark(0x00291000 + place, "LO", PRIVATE) for place in range(4))
    block = dataset.private_block(0x0029, creator, create=True)
    for place, (vr, text) in enumerate(zip(("LO", "PN", "UN"), held, strict=True)):
        block.add_new(place, vr, text.encode() if vr == "UN" else text)
    for tag, vr in TEXTS:
        if tag >> 16 == 0x0002 and tag not in (0x00020002, 0x00020010):
            put(dataset.file_meta, tag, vr, mark(tag, vr))
    dataset.preamble = (mark(0, "LO") * 12)[:128].encode()
    dataset.add_new(0xFFFCFFFC, "OB", mark(0xFFFCFFFC, "LO").encode() * 20)


def functional_items(dataset: Dataset) -> Iterator[Dataset]:
    """Every item of every macro in the functional groups."""
    for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in dataset.get(name, ()):
            yield from chain.from_iterable(element.value for element in group)


def planted(folder: Path, plan: SeriesPlan, texts: Sequence[tuple[int, str]] = TEXTS) -> list[Path]:
    """The files of a series that is full of marks."""
    built = build(plan)
    for dataset in built.datasets:
        plant(dataset, texts)
    return built.write(folder)


def leaks_of(told: Iterable[object]) -> list[str]:
    """The marks in texts and bytes, with what stands around them."""
    texts = (one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in told)
    return [text[max(0, m.start() - 60) : m.end() + 20] for text in texts for m in SIGNATURES.finditer(text)]


def chained(error: BaseException | None) -> Iterator[BaseException]:
    """An error with its causes and contexts, suppressed ones too."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def said_by(error: BaseException) -> Iterator[object]:
    """Everything that a program may show of an error, the variables of our own frames included."""
    yield from traceback.format_exception(error)
    yield from traceback.TracebackException.from_exception(error, capture_locals=True).format()
    for one in chained(error):
        yield from (str(one), repr(one), one.args, vars(one), getattr(one, "__notes__", ()))


def reading(reader: SeriesReader, folder: Path) -> Iterator[object]:
    """All that a reader gives of a folder and can be shown: reports, representations, errors."""
    try:
        found = reader.scan(str(folder))
    except InputError as error:
        yield from said_by(error)
        return
    for number, series in enumerate(found, start=1):
        yield from (repr(series), str(asdict(series)), json.dumps(SeriesReport(series).as_document()))
        yield json.dumps(SeriesReport(NameHider.of(series, number).series(series)).as_document())
        for place in range(series.frame_count):
            try:
                yield repr(reader.load(series, [place]))
            except InputError as error:
                yield from said_by(error)


class Listening:
    """Gathers what comes out by any way: logs, warnings, file descriptors, temporary files."""

    def __init__(
        self, folder: Path, log: pytest.LogCaptureFixture, streams: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._log, self._streams = folder, log, streams
        self.files: list[bytes] = []

    def to(self, told: Iterable[object]) -> list[object]:
        """``told`` and all that came out meanwhile."""
        self._log.clear()
        self._streams.readouterr()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            heard = list(told)
        heard += [*caught, *(str(one.message) for one in caught), self._log.text, *self.files]
        return [*heard, *self._streams.readouterr(), *(path.name for path in self.folder.iterdir())]


@pytest.fixture
def listening(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Listening:
    """Logging at its most talkative, and a temporary folder that is looked into whenever SimpleITK reads."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    for name in (None, "pydicom", "PIL"):
        caplog.set_level(logging.DEBUG, logger=name)
    found = Listening(folder, caplog, capfd)

    class Watched(sitk.ImageFileReader):
        def Execute(self) -> sitk.Image:  # noqa: N802 - its name there
            found.files += [path.read_bytes().replace(COMMENT, b"") for path in folder.iterdir()]
            return super().Execute()

    monkeypatch.setattr(sitk, "ImageFileReader", Watched)
    return found


@pytest.fixture(params=READERS, ids=["pydicom", "simpleitk"])
def reader(request: pytest.FixtureRequest) -> SeriesReader:
    """Each of the shipped readers."""
    one: SeriesReader = request.param
    return one


def test_rule_28_the_marks_are_in_the_files_and_would_be_found(tmp_path: Path) -> None:
    """Thousands of them, of every representation and place: what the other tests look for is there."""
    (path,) = planted(tmp_path, SeriesPlan(shape=(1, 7, 9)))
    found = {m.group() for m in SIGNATURES.finditer(path.read_bytes().decode("latin-1"))}
    assert len(found) > 2500
    for where in (TOP, NESTED, DEEPER, PRIVATE):
        assert any(one.startswith(f"ZQ{where}") for one in found)
    assert all(SIGNATURES.search(mark(tag, vr)) for tag, vr in TEXTS)


@pytest.mark.parametrize("encoding", [name for name, one in ENCODINGS.items() if one.available])
def test_rule_28_no_codec_tells_a_mark(
    tmp_path: Path, reader: SeriesReader, listening: Listening, encoding: str
) -> None:
    """In any encoding: of whole, damaged and cut files, with marks in the comments of codestreams, too."""
    built = build(SeriesPlan(shape=(4, 8, 10), encoding=encoding, **ENCODINGS[encoding].plan))
    for dataset in built.datasets:
        plant(dataset, FEW)
    change_pixels(built.datasets[1], with_comment)
    change_pixels(built.datasets[2], with_noise)
    cut = built.write(tmp_path)[3]
    cut.write_bytes(cut_short(cut.read_bytes()))
    (series,) = reader.scan(str(tmp_path))
    assert cut.name not in {item.file for item in series.slices}
    assert len(reader.load(series, [0, 1]).pixels) == 2
    assert leaks_of(listening.to(reading(reader, tmp_path))) == []
    elsewhere = encoding.startswith("HTJ2K") or ENCODINGS[encoding].lossy
    assert listening.files or isinstance(reader, PydicomReader) or elsewhere


def change_pixels(dataset: Dataset, change: Callable[[bytes], bytes]) -> None:
    """Other bytes for the words or the codestream of a single image."""
    if not dataset["PixelData"].is_undefined_length:
        dataset["PixelData"].value = change(dataset.PixelData)
        return
    (frame,) = generate_frames(dataset.PixelData, number_of_frames=1)
    dataset["PixelData"].value = encapsulate([change(frame)])


def with_comment(frame: bytes) -> bytes:
    """A comment in a JPEG (COM, T.81 B.2.4.5) or JPEG 2000 (COM, T.800 A.9.2) codestream."""
    if frame.startswith(b"\xff\xd8"):
        return frame[:2] + b"\xff\xfe" + (2 + len(COMMENT)).to_bytes(2, "big") + COMMENT + frame[2:]
    if frame.startswith(b"\xff\x4f"):
        place = frame.index(b"\xff\x90")
        return (
            frame[:place]
            + b"\xff\x64"
            + (4 + len(COMMENT)).to_bytes(2, "big")
            + b"\0\1"
            + COMMENT
            + frame[place:]
        )
    return frame


def with_noise(frame: bytes) -> bytes:
    """A few bytes behind the middle are others."""
    place = len(frame) * 2 // 3
    return frame[:place] + bytes(range(0x90, 0x98)) + frame[place + 8 :]


def cut_short(raw: bytes) -> bytes:
    """Without the end of the pixel data; of a deflated file without the end."""
    padding = max(raw.rfind(tag) for tag in (b"\xfc\xff\xfc\xff", b"\xff\xfc\xff\xfc"))
    return raw[: padding - 24] if padding > 0 else raw[: -len(raw) // 8]


GROUPED = {tag: macro for macro, tags in functional_groups._IN_GROUP.items() for tag in (macro, *tags)}
"""The elements of functional groups that are parsed, and the macros in which they stand."""
SPOILABLE = [(tag, "single") for tag in sorted(header._WANTED)] + [
    (tag, "enhanced") for tag in sorted(GROUPED)
]
WORDS = frozenset(
    {0x00080008, 0x00080016, 0x00080060, 0x00089007, 0x00089208, 0x00089209, 0x00100010, 0x00100020}
    | {0x00180010, 0x00180020, 0x00180021, 0x00180025, 0x00189008, 0x00189009, 0x00189015, 0x00189016}
    | {0x00080032, 0x00080033, 0x00181060, 0x00209056, 0x00209057, 0x00280004, 0x00280010, 0x00280011}
    | {0x00180012, 0x00209222, 0x00280122, 0x00280123, 0x00283000, 0x52009229, 0x7FE00001, 0x7FE00002}
)
"""Texts and times that are compared and not parsed; elements that are named by a word, or not needed here."""


@pytest.mark.parametrize(("tag", "layout"), SPOILABLE, ids=lambda v: v if isinstance(v, str) else f"{v:08X}")
def test_rule_28_a_malformed_element_is_named_and_not_quoted(
    tmp_path: Path, listening: Listening, tag: int, layout: str
) -> None:
    """Each parsed element in turn, in one file of four and in all of them, in functional groups too."""
    for every in (False, True) if layout == "single" else (True,):
        folder = tmp_path / str(every)
        built = build(SeriesPlan(shape=(4, 7, 9), layout=layout, slope=2.0, intercept=1.0, padding=(3, 5)))
        for dataset in built.datasets if every else built.datasets[:1]:
            spoil(dataset, tag)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            built.write(folder)
        heard = listening.to(chain.from_iterable(reading(reader, folder) for reader in READERS))
        assert leaks_of(heard) == []
        if tag not in WORDS:
            assert f"({tag >> 16:04X},{tag & 0xFFFF:04X})" in str(heard)


def spoil(dataset: Dataset, tag: int) -> None:
    """A mark instead of what stands in an element: in the image itself, or in its functional groups."""
    vr = "UT" if dictionary_VR(tag) == "SQ" else "LO"
    for place in [dataset] if "PerFrameFunctionalGroupsSequence" not in dataset else places_of(dataset, tag):
        put(place, tag, vr, mark(tag, "LO", SPOILT))


def places_of(dataset: Dataset, tag: int) -> list[Dataset]:
    """The groups that hold a macro, or its items; the shared group is given one where none does."""
    shared = dataset.SharedFunctionalGroupsSequence[0]
    groups, macro = [shared, *dataset.PerFrameFunctionalGroupsSequence], GROUPED[tag]
    if not any(macro in group for group in groups):
        shared.add_new(macro, "SQ", [Dataset()])
    holding = [group for group in groups if macro in group]
    return holding if tag == macro else [item for group in holding for item in group[macro].value]


@pytest.mark.parametrize("found", [b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.5.1.4.1.1.4\0"])
def test_rule_28_a_malformed_meta_group_is_not_quoted(
    tmp_path: Path, listening: Listening, found: bytes
) -> None:
    """Neither the transfer syntax nor the SOP class, which decide whether a file is read at all."""
    for path in build(SeriesPlan(shape=(2, 7, 9))).write(tmp_path):
        text = mark(0x00020010, "LO", SPOILT).encode()
        path.write_bytes(path.read_bytes().replace(found, text.ljust(len(found))))
    heard = listening.to(chain.from_iterable(reading(reader, tmp_path) for reader in READERS))
    assert leaks_of(heard) == []
    assert "no slice can be used" in str(heard) or "frame_count" in str(heard)


def test_rule_28_no_representation_shows_bytes_of_a_header(tmp_path: Path) -> None:
    """Debuggers and error trackers print the variables of a parser: bytes and texts are not in them."""
    words = [(tag, vr) for tag, vr in TEXTS if vr not in ("DS", "IS")]
    (path,) = planted(tmp_path, SeriesPlan(shape=(1, 7, 9)), words)
    with path.open("rb") as file:
        data = HeaderBytes(file.fileno(), path.stat().st_size)
        held = header.parse_headers(FoundFile(str(path), path.name), data, Budget())
        parsed = walk(data, 132, Encoding(explicit=True), frozenset({0x00020016, 0x00100010}))
        assert parsed.values
        assert leaks_of([repr(data), repr(held), repr(parsed), repr(Values(parsed.values))]) == []


def test_rule_28_names_of_files_that_are_used_are_not_listed(tmp_path: Path, reader: SeriesReader) -> None:
    """Those that are left out are named; of the others the report holds the number."""
    paths = build(SeriesPlan(shape=(4, 7, 9))).write(tmp_path)
    paths[2].write_bytes(paths[2].read_bytes()[:-20])
    (series,) = reader.scan(str(tmp_path))
    document = json.dumps(SeriesReport(series).as_document())
    assert [path.name in document for path in paths] == [False, False, True, False]
    hidden = NameHider.of(series, 1).series(series)
    document = json.dumps(SeriesReport(hidden).as_document()) + repr(hidden)
    assert not [name for name in (*(path.name for path in paths), series.uid) if name in document]


@pytest.mark.parametrize("uid", ["", "DOE-JANE-ZQ00020000E", "ZQ00020000E/../..", "1.2.ZQ00020000E"])
def test_rule_28_a_series_uid_that_is_none_is_not_shown(
    tmp_path: Path, listening: Listening, uid: str
) -> None:
    """Whether the files are refused or read under another name."""
    built = build(SeriesPlan(shape=(3, 7, 9)))
    for dataset in built.datasets:
        put(dataset, 0x0020000E, "UI", uid)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        built.write(tmp_path)
    heard = listening.to(chain.from_iterable(reading(reader, tmp_path) for reader in READERS))
    assert leaks_of(heard) == []
    assert "DOE" not in str(heard)
