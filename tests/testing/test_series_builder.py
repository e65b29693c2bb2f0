"""The builder held against pydicom, imagecodecs and numpy: no reader of this package takes part."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import generate_fragmented_frames, generate_frames, parse_basic_offsets

from neuronetra.domain.geometry import Plane
from neuronetra.testing.encodings import ENCODINGS, LOSSLESS
from neuronetra.testing.faults import FAULTS
from neuronetra.testing.file_faults import BOMB_BYTES, LEVELS
from neuronetra.testing.multiframe_builder import ECHO_MS
from neuronetra.testing.phantom import phantom
from neuronetra.testing.series_builder import BuiltSeries, SeriesPlan, build
from neuronetra.testing.series_plan import POSTURES, StoredTurn

SMALL: dict[str, Any] = {"shape": (4, 8, 10)}
PLANES = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
_DECODERS = {"JPEG-LS": "jpegls_decode", "JPEG 2000": "jpeg2k_decode", "HTJ2K": "htj2k_decode"}


def planned(encoding: str, **changes: Any) -> SeriesPlan:
    """A small plan of that encoding, or a skipped test where it cannot be made here."""
    if not ENCODINGS[encoding].available:
        pytest.skip(f"{encoding} needs {ENCODINGS[encoding].needs}")
    return SeriesPlan(**{"encoding": encoding, **SMALL, **ENCODINGS[encoding].plan, **changes})


def frames_of(dataset: Dataset, encoding: str) -> list[np.ndarray]:
    """The words of each frame as imagecodecs or numpy decode them, unsigned."""
    bits, count = dataset.BitsAllocated, int(dataset.get("NumberOfFrames", 1))
    kind = np.dtype(f"{'>' if encoding == 'big endian' else '<'}u{bits // 8}")
    if not ENCODINGS[encoding].encapsulated:
        words = np.frombuffer(dataset.PixelData, kind, count * dataset.Rows * dataset.Columns)
        return list(words.reshape(count, dataset.Rows, dataset.Columns))
    tables = (dataset.get("ExtendedOffsetTable"), dataset.get("ExtendedOffsetTableLengths"))
    extended = None if tables[0] is None else tables
    raw = list(generate_frames(dataset.PixelData, number_of_frames=count, extended_offsets=extended))
    return [decoded(frame, encoding, (dataset.Rows, dataset.Columns), kind) for frame in raw]


def decoded(frame: bytes, encoding: str, shape: tuple[int, int], kind: np.dtype) -> np.ndarray:
    """One frame's words."""
    if encoding == "encapsulated uncompressed":
        return np.frombuffer(frame, kind, shape[0] * shape[1]).reshape(shape)
    imagecodecs = pytest.importorskip("imagecodecs")
    if encoding == "RLE":
        raw = imagecodecs.dicomrle_decode(frame, dtype=kind)
        return np.frombuffer(raw, kind).reshape(shape)
    name = next((d for start, d in _DECODERS.items() if encoding.startswith(start)), "jpeg8_decode")
    found = getattr(imagecodecs, name)(frame)
    assert found.shape == shape
    return (found.astype(np.int64) & ((1 << 8 * kind.itemsize) - 1)).astype(kind)


def stated(dataset: Dataset, number: int, macro: str, keyword: str) -> Any:
    """An element of a frame: from its own functional groups, the shared ones, or the data set."""
    groups = dataset.get("PerFrameFunctionalGroupsSequence")
    for group in (groups[number], dataset.SharedFunctionalGroupsSequence[0]) if groups else ():
        if macro in group:
            return group[macro].value[0][keyword].value
    return dataset[keyword].value if keyword in dataset else None


def require_truth(built: BuiltSeries, paths: list[Path], volume: int = 0, frames: Any = None) -> None:
    """Each stored pixel, at its LPS point (part 3, C.7.6.2.1.1), is the volume's value there."""
    inverse = np.linalg.inv(built.affines[volume])
    seen = np.zeros(built.volumes[volume].shape, int)
    for dataset, number, words in frames or every_frame(built, paths):
        rows, columns = words.shape
        cosines = np.array(
            stated(dataset, number, "PlaneOrientationSequence", "ImageOrientationPatient"), float
        )
        corner = np.array(stated(dataset, number, "PlanePositionSequence", "ImagePositionPatient"), float)
        between = np.array(stated(dataset, number, "PixelMeasuresSequence", "PixelSpacing"), float)
        i, j = np.mgrid[:rows, :columns]
        points = corner + i[..., None] * between[0] * cosines[3:] + j[..., None] * between[1] * cosines[:3]
        index = points @ inverse[:3, :3].T + inverse[:3, 3]
        assert np.abs(index - np.rint(index)).max() < 1e-4
        place = tuple(np.rint(index).astype(int).reshape(-1, 3).T)
        slope = stated(dataset, number, "PixelValueTransformationSequence", "RescaleSlope")
        intercept = stated(dataset, number, "PixelValueTransformationSequence", "RescaleIntercept")
        values = words * float(1 if slope is None else slope) + float(intercept or 0)
        np.testing.assert_allclose(built.volumes[volume][place], values.ravel(), rtol=1e-6)
        seen[place] += 1
    assert (seen == 1).all()


def every_frame(built: BuiltSeries, paths: list[Path]) -> Iterator[tuple[Dataset, int, np.ndarray]]:
    """Each frame of the files with the data set and its number there."""
    for path in paths:
        dataset = dcmread(path)
        for number, words in enumerate(frames_of(dataset, built.plan.syntax)):
            yield dataset, number, integers(words, dataset)


def integers(words: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Stored integers: masked, moved down, sign-extended (part 5, 8.1)."""
    bits = dataset.BitsStored
    stored = (words.astype(np.int64) >> (dataset.HighBit + 1 - bits)) & ((1 << bits) - 1)
    return np.where(dataset.PixelRepresentation and stored >> (bits - 1), stored - (1 << bits), stored)


@pytest.mark.parametrize("layout", ["single", "enhanced"])
@pytest.mark.parametrize("encoding", list(ENCODINGS))
def test_every_encoding_holds_the_volume(tmp_path: Path, encoding: str, layout: str) -> None:
    """What numpy and imagecodecs find in the files, placed by the headers, is the volume."""
    plan = planned(encoding, layout=layout, posture="FFDL", transpose=True, slope=2.0, intercept=-7.0)
    built = build(plan)
    assert built.lossy == (encoding not in LOSSLESS)
    require_truth(built, built.write(tmp_path))


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "encapsulated uncompressed"])
@pytest.mark.parametrize(
    "values",
    [
        {"signed": True},
        {"bits_stored": 10, "high_bit": 11, "signed": True},
        {"bits_stored": 16},
        {"overlay": True, "bits_stored": 11},
    ],
    ids=["signed", "high bit", "16 bits", "overlay"],
)
def test_encodings_keep_signs_and_high_bits(tmp_path: Path, encoding: str, values: dict[str, Any]) -> None:
    """Signed numbers, words at a high bit and overlays above come back from every encoding that holds them."""
    plan = planned(encoding)
    needed = 16 if values.get("overlay") else values.get("high_bit", values.get("bits_stored", 12) - 1) + 1
    if ENCODINGS[encoding].most_bits < needed or plan.bits_allocated == 8:
        with pytest.raises(ValueError, match="bits"):
            build(evolve(plan, bits_allocated=16, **{"bits_stored": 12, **values}))
        return
    built = build(evolve(plan, **values))
    require_truth(built, built.write(tmp_path))


@pytest.mark.parametrize("encoding", LOSSLESS)
def test_lossless_encodings_keep_every_word(encoding: str) -> None:
    """A lossless encoding gives the volume of the plain one."""
    assert np.array_equal(build(planned(encoding)).volume, build(SeriesPlan(**SMALL)).volume)


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name not in LOSSLESS])
def test_lossy_encodings_lose_a_little(encoding: str) -> None:
    """A lossy encoding gives another volume, which is still near the plain one."""
    plan = planned(encoding)
    lossy, plain = build(plan).volume, build(evolve(plan, encoding="explicit")).volume
    assert 0 < np.abs(lossy - plain).max() < 0.1 * plain.max()


@pytest.mark.parametrize("plane", PLANES, ids=lambda p: p.value)
@pytest.mark.parametrize("posture", list(POSTURES))
@pytest.mark.parametrize("layout", ["single", "enhanced"])
def test_postures_turn_the_images_and_not_the_patient(
    tmp_path: Path, plane: Plane, posture: str, layout: str
) -> None:
    """However the patient lies, the stored pixels are those of one volume at their points in the patient."""
    plan = SeriesPlan(
        plane=plane, posture=posture, layout=layout, rotation=(4.0, -7.0, 11.0), reverse_rows=True, **SMALL
    )
    built = build(plan)
    lying = build(evolve(plan, posture="HFS"))
    assert built.datasets[0].PatientPosition == posture
    assert np.array_equal(built.volume, lying.volume)
    assert np.array_equal(built.affine, lying.affine)
    require_truth(built, built.write(tmp_path))


@pytest.mark.parametrize(
    ("posture", "cosines", "first"),
    [
        ("HFS", [1, 0, 0, 0, 1, 0], 1),
        ("HFP", [-1, 0, 0, 0, -1, 0], 1),
        ("HFDL", [0, -1, 0, 1, 0, 0], 1),
        ("HFDR", [0, 1, 0, -1, 0, 0], 1),
        ("FFS", [-1, 0, 0, 0, 1, 0], 4),
        ("FFP", [1, 0, 0, 0, -1, 0], 4),
        ("FFDL", [0, 1, 0, 1, 0, 0], 4),
        ("FFDR", [0, -1, 0, -1, 0, 0], 4),
    ],
)
def test_axial_postures_are_those_of_a_gantry(posture: str, cosines: list[int], first: int) -> None:
    """Columns grow to the gantry's right, rows downwards; feet first, the slice at the feet comes last."""
    dataset = build(SeriesPlan(posture=posture, **SMALL)).datasets[0]
    assert [float(v) for v in dataset.ImageOrientationPatient] == cosines
    assert dataset.InstanceNumber == first


def test_two_turns_are_one() -> None:
    """The turn of posture and plan together does what one does after the other, and is undone."""
    picture = np.arange(12).reshape(3, 4)
    turns = [StoredTurn(*flags) for flags in itertools.product([False, True], repeat=3)]
    for one, other in itertools.product(turns, turns):
        both = one.then(other)
        assert np.array_equal(both.apply(picture), other.apply(one.apply(picture)))
        assert np.array_equal(both.undo(both.apply(picture)), picture)


@pytest.mark.parametrize("shared", [(), ("orientation",), ("measures", "transformation")])
def test_groups_stand_where_the_plan_says(shared: tuple[str, ...]) -> None:
    """A macro is either shared or in every frame, and never both."""
    dataset = build(SeriesPlan(layout="enhanced", shared=shared, slope=2.0, **SMALL)).datasets[0]
    names = {
        "orientation": "PlaneOrientationSequence",
        "measures": "PixelMeasuresSequence",
        "transformation": "PixelValueTransformationSequence",
    }
    for name, macro in names.items():
        assert (macro in dataset.SharedFunctionalGroupsSequence[0]) == (name in shared)
        assert all((macro in g) != (name in shared) for g in dataset.PerFrameFunctionalGroupsSequence)


def test_shuffled_over_files(tmp_path: Path) -> None:
    """Frames in any order over several files are still the volume, and not in its order."""
    built = build(SeriesPlan(layout="enhanced", frame_order=3, files=3, slopes=(1.0, 2.0, 3.0, 4.0), **SMALL))
    assert len(built.datasets) == 3
    assert [frame.place for held in built.frames for frame in held] != [0, 1, 2, 3]
    require_truth(built, built.write(tmp_path))


def test_stacks_phases_and_echoes(tmp_path: Path) -> None:
    """Every volume is whole, another one, and told by its dimension indices and its elements."""
    built = build(SeriesPlan(layout="enhanced", stacks=2, temporal=2, echoes=2, frame_order=1, **SMALL))
    found: dict[tuple[int, ...], list[tuple[Dataset, int, np.ndarray]]] = {}
    for dataset, number, words in every_frame(built, built.write(tmp_path)):
        group = dataset.PerFrameFunctionalGroupsSequence[number]
        content, echo = group.FrameContentSequence[0], group.MREchoSequence[0].EffectiveEchoTime
        key = (int(content.StackID), content.TemporalPositionIndex, round(echo / ECHO_MS))
        assert [content.DimensionIndexValues[n] for n in (0, 2, 3)] == list(key)
        assert content.DimensionIndexValues[1] == content.InStackPositionNumber
        found.setdefault(key, []).append((dataset, number, words))
    pointers = [item.DimensionIndexPointer for item in dataset.DimensionIndexSequence]
    assert pointers == [0x00209056, 0x00209057, 0x00209128, 0x00189082]
    assert len(found) == len({volume.tobytes() for volume in built.volumes}) == 8
    for number, frames in enumerate(found.values()):
        require_truth(built, [], number, frames)


@pytest.mark.parametrize("geometry", ["none", "first"])
def test_classic_files_say_nothing_of_their_frames(geometry: str) -> None:
    """One orientation and position at most, for all frames; the volume is as it is stored."""
    built = build(SeriesPlan(layout="classic", geometry=geometry, posture="FFS", slope=3.0, **SMALL))
    (dataset,) = built.datasets
    assert not built.verified
    assert dataset.NumberOfFrames == 4
    assert ("ImagePositionPatient" in dataset) == (geometry == "first")
    assert "PerFrameFunctionalGroupsSequence" not in dataset
    words = np.stack(frames_of(dataset, "explicit")) * 3.0
    if geometry == "first":
        assert [float(v) for v in dataset.ImageOrientationPatient] == [-1, 0, 0, 0, 1, 0]
        words = words[:, :, ::-1]
    assert np.array_equal(built.volume, words)


@pytest.mark.parametrize("layout", ["single", "enhanced"])
@pytest.mark.parametrize("fragments", [1, 3])
@pytest.mark.parametrize("offsets", ["none", "basic"])
def test_fragments_and_basic_offset_table(tmp_path: Path, layout: str, fragments: int, offsets: str) -> None:
    """Each frame lies in as many fragments as asked for; the table is empty, or points at the first of each."""
    built = build(planned("JPEG 2000", layout=layout, fragments=fragments, offsets=offsets))
    paths = built.write(tmp_path)
    for path, held in zip(paths, built.frames, strict=True):
        data = dcmread(path).PixelData
        table = parse_basic_offsets(data)
        assert len(table) == (len(held) if offsets == "basic" else 0)
        assert all(data[8 + 4 * len(table) + place :][:4] == b"\xfe\xff\x00\xe0" for place in table)
        parts = list(generate_fragmented_frames(data, number_of_frames=len(held)))
        assert [len(part) for part in parts] == [fragments] * len(held)
        whole = [b"".join(part) for part in parts]
        assert [one[: len(f.content)] for one, f in zip(whole, held, strict=True)] == [
            f.content for f in held
        ]
    require_truth(built, paths)


def test_extended_offset_table(tmp_path: Path) -> None:
    """The table's offsets and lengths (part 3, C.7.6.3.1.8) are those of the frames."""
    built = build(planned("RLE", layout="enhanced", offsets="extended"))
    paths = built.write(tmp_path)
    dataset = dcmread(paths[0])
    offsets = np.frombuffer(dataset.ExtendedOffsetTable, "<u8")
    lengths = np.frombuffer(dataset.ExtendedOffsetTableLengths, "<u8")
    assert [len(f.content) + len(f.content) % 2 for f in built.frames[0]] == lengths.tolist()
    for offset, length in zip(offsets, lengths, strict=True):
        item = dataset.PixelData[8 + int(offset) :][:8]
        assert item == b"\xfe\xff\x00\xe0" + int(length).to_bytes(4, "little")
    require_truth(built, paths)


@pytest.mark.parametrize("kind", [32, 64])
def test_float_pixels(tmp_path: Path, kind: int) -> None:
    """Float and double pixel data hold fractions, which are the volume's."""
    built = build(SeriesPlan(floating=kind, **SMALL))
    dataset = dcmread(built.write(tmp_path)[1])
    raw = dataset.FloatPixelData if kind == 32 else dataset.DoubleFloatPixelData
    values = np.frombuffer(raw, f"<f{kind // 8}").reshape(8, 10)
    assert not np.array_equal(values, np.rint(values))
    assert np.array_equal(values.astype(np.float32), built.volume[1])


@pytest.mark.parametrize(("modality", "air"), [("CT", -1000.0), ("MR", None)])
def test_padding_is_air(modality: str, air: float | None) -> None:
    """The padding range stands in every slice and is air in the volume."""
    built = build(SeriesPlan(modality=modality, padding=(2, 5), slope=1.0, intercept=10.0, **SMALL))
    dataset = built.datasets[0]
    assert (dataset.PixelPaddingValue, dataset.PixelPaddingRangeLimit) == (2, 5)
    assert {2, 5} <= set(np.frombuffer(dataset.PixelData, "<u2").tolist())
    inside = np.delete(built.volume[0].ravel(), [9, 79])
    assert (built.volume[0, [0, -1], -1] == (inside.min() if air is None else air)).all()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"layout": "other"}, "no such layout"),
        ({"stacks": 2}, "stacks"),
        ({"layout": "classic", "echoes": 2}, "one volume"),
        ({"layout": "classic", "slopes": (1.0,) * 6}, "one slope"),
        ({"floating": 32, "encoding": "RLE"}, "float"),
        ({"fragments": 2, "encoding": "RLE"}, "one fragment"),
        ({"fragments": 2, "encoding": "encapsulated uncompressed"}, "one fragment"),
        ({"fragments": 2, "offsets": "extended", "encoding": "JPEG-LS"}, "whole frames"),
        ({"bits_stored": 13, "encoding": "JPEG extended"}, "at most 12 bits"),
    ],
)
def test_plans_that_contradict_themselves(changes: dict[str, Any], why: str) -> None:
    """What cannot be stored is an error of the plan, not a false file."""
    with pytest.raises(ValueError, match=why):
        build(SeriesPlan(**changes))


def test_phantom_has_no_symmetry() -> None:
    """No turn or reversal of the phantom gives it again, so that a reader cannot be right by chance."""
    volume = phantom((5, 6, 6))
    for axes in itertools.permutations(range(3)):
        for flips in itertools.product([1, -1], repeat=3):
            turned = volume.transpose(axes)[tuple(slice(None, None, step) for step in flips)]
            same = axes == (0, 1, 2) and flips == (1, 1, 1)
            assert (turned.shape == volume.shape and np.array_equal(turned, volume)) == same


def fault_plan(name: str, layout: str) -> SeriesPlan:
    """A small plan with what the fault needs, in its first encoding."""
    return FAULTS[name].planned(SeriesPlan(layout=layout, encoding=FAULTS[name].encodings[0], **SMALL))


@pytest.mark.filterwarnings("ignore:Unknown encoding")
@pytest.mark.parametrize(
    ("name", "layout"), [(name, layout) for name, fault in FAULTS.items() for layout in fault.layouts]
)
def test_faults_spoil(tmp_path: Path, name: str, layout: str) -> None:
    """Every fault changes the folder or the plan, in every layout that it claims."""
    plan = fault_plan(name, layout)
    assert FAULTS[name].fits(plan)
    paths = build(plan).write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    FAULTS[name].spoil(tmp_path, paths)
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert before != after or plan.keep is not None


def test_deflate_bomb_is_one(tmp_path: Path) -> None:
    """A file of some hundred kilobytes inflates to more than a hundred megabytes."""
    paths = build(fault_plan("deflate bomb", "enhanced")).write(tmp_path)
    FAULTS["deflate bomb"].spoil(tmp_path, paths)
    raw = paths[0].read_bytes()
    assert len(raw) < 1 << 20
    start = raw.index(b"UL\x04\0") + 4
    start += 4 + int.from_bytes(raw[start : start + 4], "little")
    assert len(zlib.decompress(raw[start:], -zlib.MAX_WBITS)) > BOMB_BYTES


@pytest.mark.parametrize("encoding", ["explicit", "implicit", "big endian"])
def test_nested_levels_are_thousands(tmp_path: Path, encoding: str) -> None:
    """Items begin in items thousands of times, and the file's own pixel data still end it."""
    built = build(SeriesPlan(encoding=encoding, **SMALL))
    paths = built.write(tmp_path)
    FAULTS["nested"].spoil(tmp_path, paths)
    raw = paths[0].read_bytes()
    item = b"\xff\xfe\xe0\0" if encoding == "big endian" else b"\xfe\xff\0\xe0"
    assert raw.count(item + b"\xff" * 4) == LEVELS
    assert raw.endswith(built.datasets[0].PixelData)


def test_deflated_nested_levels_inflate_to_the_same(tmp_path: Path) -> None:
    """Nesting is put into a deflated data set as into any other."""
    contents = []
    for encoding in ("explicit", "deflated"):
        paths = build(SeriesPlan(encoding=encoding, **SMALL)).write(tmp_path / encoding)
        FAULTS["nested"].spoil(tmp_path, paths)
        raw = paths[0].read_bytes()
        start = raw.index(b"UL\x04\0") + 4
        start += 4 + int.from_bytes(raw[start : start + 4], "little")
        contents.append(raw[start:])
    assert zlib.decompress(contents[1], -zlib.MAX_WBITS) == contents[0]
