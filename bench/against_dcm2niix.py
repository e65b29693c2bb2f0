"""Every series read here and by dcm2niix, and whether slices, places and values are the same.

    python bench/against_dcm2niix.py FOLDER... [--reader pydicom|simpleitk] [--stacks 3] [--format table|json]

Needs dcm2niix and nibabel, which the package does not. dcm2niix makes NIfTI volumes of a folder in a
temporary place; each stack that the reader finds is held against the volume of the same SeriesInstanceUID
that is most like it. The two are laid over each other by their affines, through transposing and reversing
alone. A row says whether they agree in the number of slices and their order, how far apart their corners
lie (mm), and by how much values at the same patient points differ.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import asdict, evolve, field, frozen

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.geometry import ras_to_lps
from neuronetra.domain.series import Series
from neuronetra.domain.stack import TILT_DEGREES, StackGeometry
from neuronetra.errors import NoSeriesError, SliceError
from neuronetra.ports import SeriesReader

nibabel: Any = importlib.import_module("nibabel")  # by name: it is no requirement of the package
READERS = {"pydicom": PydicomReader, "simpleitk": SimpleITKReader}
RESAMPLED = ("_Eq", "_Tilt")
"""What dcm2niix adds to the names of volumes that it interpolates beside the one that it only stores."""
WHOLE = "_ADC.nii"
"""What it adds to the name of all volumes of a series, where it takes some of them away."""
SLOPES_VARY = "Variance of DICOM slope/intercept is being ignored"
CLOSE_MM = 0.05
CLOSE_SHARE = 1e-4
"""Of the range of values: NIfTI keeps slopes as float32."""
AIR = -1000.0
"""Hounsfield units: padding and what is below all air become this here."""
NOWHERE = np.array([[0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], dtype=np.float64)
"""Stands for an affine where none is known: (slice, row, column) to z, y, x."""
SECONDS = 900


@frozen
class Row:
    """What became of one stack of a series, or of a series that only one of the two reads."""

    folder: str
    uid: str
    stack: int = 0
    verdict: str = "agree"
    slices: int = 0
    theirs: int = 0
    order: str = ""
    affine_mm: float | None = None
    value: float | None = None
    reasons: tuple[str, ...] = ()


@frozen(eq=False)
class Volume:
    """One 3-D volume of dcm2niix: ``affine`` (4, 4) takes (i, j, k) to LPS mm, ``image`` is nibabel's."""

    affine: Float64
    image: Any = field(repr=False)
    time: int | None = None

    @property
    def colour(self) -> bool:
        return self.image.get_data_dtype().fields is not None

    def laid_over(self, affine: Float64) -> tuple[Array, Float64]:
        """Values (slice, row, column) and their affine, axes and directions as those of ``affine``."""
        mine, theirs = (m[:3, :3] / np.linalg.norm(m[:3, :3], axis=0) for m in (affine, self.affine))
        cosines = mine.T @ theirs
        axes = _permutation(np.abs(cosines))
        values = np.asanyarray(self._stored()).transpose(axes)
        turned = self.affine[:, [*axes, 3]].copy()
        for axis in range(3):
            if cosines[axis, axes[axis]] < 0:
                values = np.flip(values, axis)
                turned[:3, 3] += turned[:3, axis] * (values.shape[axis] - 1)
                turned[:3, axis] *= -1
        return values, turned

    def _stored(self) -> Array:
        data = self.image.dataobj
        stored: Array = data[...] if self.time is None else data[..., self.time]
        return stored if stored.ndim == 3 else stored[..., np.newaxis]


def _permutation(likeness: Float64) -> list[int]:
    """For each row the column most like it, each column once."""
    left = likeness.copy()
    axes = [0, 0, 0]
    for _ in range(3):
        row, column = np.unravel_index(np.argmax(left), left.shape)
        axes[row] = int(column)
        left[row], left[:, column] = -1, -1
    return axes


def converted(program: str, folder: Path, into: Path) -> dict[str, list[Volume]]:
    """What dcm2niix makes of a folder: volumes by SeriesInstanceUID, stored values rescaled as DICOM says.

    It is asked not to use a maker's private slopes; where it then drops slopes that vary, it may use them.
    """
    if SLOPES_VARY in _run(program, folder, into / "display", "n"):
        _run(program, folder, into / "precise", "y")
    volumes: dict[str, list[Volume]] = {}
    newest = max(into.iterdir())  # "precise", where there is one
    for sidecar in sorted(newest.glob("*.json")):
        whole = sidecar.with_name(f"{sidecar.stem}{WHOLE}")
        path = whole if whole.exists() else sidecar.with_suffix(".nii")
        if path.exists() and not any(mark in path.stem for mark in RESAMPLED):
            told = json.loads(sidecar.read_text(errors="replace"), strict=False)
            uid = told.get("SeriesInstanceUID") or path.stem.split("_")[0]
            volumes.setdefault(uid, []).extend(_volumes(path))
    return volumes


def _run(program: str, folder: Path, into: Path, precise: str) -> str:
    """What dcm2niix says as it converts a folder."""
    into.mkdir()
    options = ["-b", "y", "-ba", "n", "-z", "n", "-i", "n", "-p", precise, "-d", "9", "-f", "%j"]
    command = [program, *options, "-o", str(into), str(folder)]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode < 0:
        print(f"dcm2niix ended by signal {-done.returncode} in {folder.name}", file=sys.stderr)
    return done.stdout.decode(errors="replace")


def _volumes(path: Path) -> Iterator[Volume]:
    image = nibabel.load(path)
    affine = ras_to_lps(image.affine)
    times = image.shape[3] if len(image.shape) > 3 else None
    for time in range(times or 1):
        yield Volume(affine, image, None if times is None else time)


def most_alike(pixels: Array, affine: Float64, volumes: Sequence[Volume]) -> Volume | None:
    """The volume of the same shape whose middle slice is likest, whatever its slope; else of any shape."""

    def unlike(volume: Volume) -> tuple[bool, float, float]:
        values, _ = volume.laid_over(affine)
        if values.shape != pixels.shape:
            return (True, np.inf, np.inf)
        middle = values[len(pixels) // 2].astype(np.float64), pixels[len(pixels) // 2].astype(np.float64)
        varied = min(np.ptp(one) for one in middle) > 0
        tied = float(np.corrcoef(middle[0].ravel(), middle[1].ravel())[0, 1]) if varied else 0.0
        return (False, round(1.0 - tied, 6), float(np.abs(middle[0] - middle[1]).mean()))

    return min((v for v in volumes if not v.colour), key=unlike, default=None)


def corners_apart(mine: Float64, theirs: Float64, shape: tuple[int, ...]) -> float:
    """The largest distance in mm between the corners of a volume of ``shape`` under two affines."""
    far = np.array(shape) - 1
    corners = np.array([[*(far * bits), 1] for bits in np.ndindex(2, 2, 2)], dtype=np.float64)
    return float(np.linalg.norm((corners @ (mine - theirs).T)[:, :3], axis=1).max())


def slice_order(pixels: Array, values: Array) -> str:
    """How their slices lie to these: ``same``, ``reversed``, ``shuffled``, or ``other pixels``."""
    tolerance = CLOSE_SHARE * max(1.0, float(np.ptp(pixels)))
    likeness = np.array([[np.abs(v - p).max() <= tolerance for v in values] for p in pixels])
    if likeness.diagonal().all():
        return "same"
    if likeness[:, ::-1].diagonal().all():
        return "reversed"
    return "shuffled" if likeness.any(axis=0).all() and likeness.any(axis=1).all() else "other pixels"


def compared(row: Row, series: Series, pixels: Array, volumes: Sequence[Volume]) -> Row:
    """The row of one stack, held against the volume most like it."""
    known = None if series.geometry is None else series.geometry.affine
    affine = NOWHERE if known is None else known
    volume = most_alike(pixels, affine, volumes)
    if volume is None:
        return evolve(row, verdict="only neuronetra", reasons=(*row.reasons, "theirs is a colour image"))
    values, turned = volume.laid_over(affine)
    row = evolve(row, theirs=len(values))
    if values.shape != pixels.shape:
        found = f"their shape {'x'.join(map(str, values.shape))}, here {'x'.join(map(str, pixels.shape))}"
        return evolve(row, verdict="differ", reasons=(*row.reasons, found))
    if known is None:  # nor there: whether it turns rows about is chance
        values = min(values, np.flip(values, 1), key=lambda v: float(np.abs(v - pixels).max()))
    row, same = with_values(row, pixels, values.astype(np.float64))
    if known is None:
        verdict = "same values" if same else "differ"
        return evolve(row, verdict=verdict, reasons=(*row.reasons, "no place in the patient is known here"))
    apart = corners_apart(known, turned, pixels.shape)
    reasons = list(row.reasons)
    if apart > CLOSE_MM and series.geometry is not None:
        reasons.append(_why_apart(series.geometry, known, turned))
    verdict = "agree" if same and apart <= CLOSE_MM else "differ"
    return evolve(row, verdict=verdict, affine_mm=apart, reasons=tuple(reasons))


def with_values(row: Row, pixels: Array, theirs: Float64) -> tuple[Row, bool]:
    """The row with what comparing values point by point says, and whether all agree."""
    values, padded = without_padding(pixels, theirs)
    difference = float(max(np.abs(v - p).max() for v, p in zip(values, pixels, strict=True)))
    span = max(1.0, float(np.ptp(pixels)))
    same = difference <= CLOSE_SHARE * span
    order = "same" if same else slice_order(pixels, values)
    reasons = list(row.reasons)
    if padded:
        reasons.append(f"{padded} points of padding are air here")
    if order == "other pixels":
        reasons.append(_why_unlike(pixels, values, difference, span))
    return evolve(row, order=order, value=difference, reasons=tuple(reasons)), same


def without_padding(pixels: Array, values: Float64) -> tuple[Float64, int]:
    """Their values with ours wherever ours are air or the least of the slice, and theirs still below; how often."""
    least = pixels.min(axis=(1, 2), keepdims=True)
    padding = ((pixels == AIR) | (pixels == least)) & (values < pixels)
    return np.where(padding, pixels, values), int(padding.sum())


def _why_unlike(pixels: Array, values: Float64, difference: float, span: float) -> str:
    """Whether a slope alone, or one for each slice, makes the difference."""
    fits = [
        np.polyfit(p.ravel(), v.ravel(), 1) if np.ptp(p) else (1.0, 0.0)
        for p, v in zip(pixels, values, strict=True)
    ]
    left = max(np.abs(v - np.polyval(f, p)).max() for p, v, f in zip(pixels, values, fits, strict=True))
    if left > CLOSE_SHARE * max(span, float(np.ptp(values))):
        return f"values differ by up to {difference:.6g} of a range of {span:.6g}"
    slopes = sorted({float(f"{fit[0]:.4g}") for fit in fits})
    shown = f"{slopes[0]:.4g}" if len(slopes) == 1 else f"{slopes[0]:.4g} to {slopes[-1]:.4g} by slice"
    return f"their values have another slope ({shown} of ours)"


def _why_apart(geometry: StackGeometry, mine: Float64, theirs: Float64) -> str:
    """How far from the last slice's own position either affine puts it, and what makes that hard."""
    if geometry.positions is None:
        return "places differ"
    last = np.array([geometry.count - 1, 0, 0, 1])
    off, theirs_off = (np.linalg.norm((m @ last)[:3] - geometry.positions[-1]) for m in (mine, theirs))
    cause = ""
    if not geometry.uniform:
        cause = "uneven steps: "
    elif geometry.tilt_degrees > TILT_DEGREES:
        cause = f"tilt of {geometry.tilt_degrees:.1f} degrees: "
    return f"{cause}the last slice lies {theirs_off:.2f} mm from its place by theirs, {off:.2f} by ours"


def chosen(stacks: int, most: int) -> list[int]:
    """At most ``most`` numbers of stacks, the first and the last among them."""
    return sorted({int(n) for n in np.linspace(0, stacks - 1, min(most, stacks)).round()})


def rows_of_series(
    reader: str, folder: Path, series: Series, volumes: Sequence[Volume], most: int
) -> Iterator[Row]:
    """One row for each stack looked at."""
    stacks = 1 + len(series.reading.other_stacks)
    uneven = bool(volumes) and stacks != len(volumes)
    reasons = (f"{stacks} stacks here, {len(volumes)} volumes there",) if uneven else ()
    for number in chosen(stacks, most):
        one = READERS[reader](stack=number)
        found = series
        if number:
            found = next(s for s in one.scan(str(folder)) if s.uid == series.uid)
        row = Row(folder.name, series.uid, number, theirs=len(volumes), reasons=reasons)
        if found.error is None:
            found, pixels = _loaded(one, found)
        if found.error is not None:
            verdict = "only dcm2niix" if volumes else "neither"
            yield evolve(row, verdict=verdict, reasons=(found.error,))
        elif not volumes:
            yield evolve(row, verdict="only neuronetra", slices=found.frame_count)
        else:
            yield compared(evolve(row, slices=found.frame_count), found, pixels, volumes)


def _loaded(reader: SeriesReader, series: Series) -> tuple[Series, Array]:
    """All slices that can be read, and the series of them alone."""
    try:
        return series, reader.load(series, range(series.frame_count)).pixels
    except SliceError as error:
        kept = series.without(error.reasons)
        return (kept, np.empty(0)) if kept.error is not None else _loaded(reader, kept)


def rows_of_folder(program: str, reader: str, folder: Path, most: int) -> Iterator[Row]:
    """The rows of every series that either of the two finds."""
    with tempfile.TemporaryDirectory() as into:
        volumes = converted(program, folder, Path(into))
        try:
            found = READERS[reader]().scan(str(folder))
            none = ""
        except NoSeriesError as error:
            found, none = (), str(error.found)
        strange = sorted(set(volumes) - {series.uid for series in found})
        alone = [series for series in found if series.uid not in volumes]
        usable = [series for series in alone if series.error is None] or alone
        if len(strange) == len(usable) == 1:  # it garbles a SeriesInstanceUID now and then
            volumes[usable[0].uid] = volumes.pop(strange.pop())
        for series in found:
            yield from rows_of_series(reader, folder, series, volumes.get(series.uid, []), most)
        for uid in strange:
            reasons = (none or "no such SeriesInstanceUID here",)
            yield Row(folder.name, uid, verdict="only dcm2niix", theirs=len(volumes[uid]), reasons=reasons)


def line(row: Row) -> str:
    def shown(value: float | None) -> str:
        return "-" if value is None else f"{value:.3g}"

    numbers = f"{row.slices:5d} {row.theirs:5d} {row.order or '-':12s} {shown(row.affine_mm):>8s} {shown(row.value):>9s}"
    return f"{row.folder[-28:]:28s} {row.stack:3d} {row.verdict:15s} {numbers}  {'; '.join(row.reasons)}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Series read here and by dcm2niix, held against each other.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--reader", choices=sorted(READERS), default="pydicom")
    parser.add_argument("--stacks", type=int, default=3, help="stacks of a series to look at")
    parser.add_argument("--dcm2niix", default="dcm2niix", help="the program to run")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    given = parser.parse_args()
    if given.format == "table":
        print(
            f"{'folder':28s} {'stack':>3s} {'verdict':13s} {'here':>5s} {'there':>5s} order             mm     value"
        )
    rows = []
    for folder in given.folders:
        for row in rows_of_folder(given.dcm2niix, given.reader, folder, given.stacks):
            rows.append(row)
            if given.format == "table":
                print(line(row), flush=True)
    if given.format == "json":
        print(json.dumps([asdict(row) for row in rows], indent=1))


if __name__ == "__main__":
    main()
