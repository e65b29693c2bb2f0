"""Scans of a head: tissue values by modality, noise, artefacts, and no dependence on slabs or lesions."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from attrs import evolve, fields

from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.artefacts import Clip, Motion, Specks, moved
from neuronetra.adapters.phantom.grid import Grid
from neuronetra.adapters.phantom.imaging import Acquisition, Bias, Inflow
from neuronetra.adapters.phantom.noise import Grain, NoiseStream, magnitude
from neuronetra.adapters.phantom.render import render
from neuronetra.adapters.phantom.tissues import Tissue, cover
from neuronetra.adapters.phantom.vessel_volume import VesselVolume
from neuronetra.adapters.phantom.warp import Warp
from neuronetra.domain.arrays import Array
from neuronetra.domain.modality import Modality

MODALITIES = (Modality.CTA, Modality.MRA, Modality.T2, Modality.T1POST)
ATRIUM, DEEP_WHITE, OUTSIDE = (24.0, 49.0, 34.0), (24.0, -8.0, 54.0), (85.0, -70.0, 80.0)
NO_SPECKS = Specks(np.zeros((0, 3)), np.zeros(0), np.zeros(0))


def bare(grid: Grid) -> VesselVolume:
    empty = np.zeros(grid.shape, np.float32)
    return VesselVolume(empty, empty, empty, empty, empty)


def with_ball(grid: Grid, kind: str, centre: tuple[float, float, float] = (0.0, 20.0, 60.0)) -> VesselVolume:
    """A ball of 6 mm of one kind, as part B would paint it."""
    indices = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), -1)
    places = indices @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    ball = np.clip(6.5 - np.linalg.norm(places - centre, axis=-1), 0, 1).astype(np.float32)
    return evolve(bare(grid), **{kind: ball})


def axial(slices: int = 60, size: int = 96, step: float = 2.0, bottom: float = -20.0) -> Grid:
    pixel = 220.0 / size
    affine = np.zeros((4, 4))
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = (0, 0, step), (0, pixel, 0), (pixel, 0, 0)
    affine[:, 3] = (-pixel * (size - 1) / 2, 18 - pixel * (size - 1) / 2, bottom, 1)
    return Grid(affine, (slices, size, size), step)


def subject(seed: int) -> Anatomy:
    generator = np.random.default_rng(seed)
    return Anatomy.drawn(generator, Warp.drawn(generator))


def quiet(modality: Modality, seed: int = 1) -> Acquisition:
    """Without what hides a tissue's own value."""
    drawn = Acquisition.drawn(modality, np.random.default_rng(seed))
    return evolve(drawn, motion=None, clip=None, specks=NO_SPECKS, bias=None, inflow=None)


def scan(head: Anatomy, grid: Grid, taken: Acquisition, vessels=bare, slab: int | None = None) -> Array:
    return np.stack(list(render(head, vessels, grid, taken, np.random.default_rng(4), slab)))


def value_at(volume: Array, grid: Grid, head: Anatomy, place: tuple[float, float, float]) -> float:
    """Mean of a few voxels about a place of the mean head."""
    s, r, c = np.rint(grid.indices(head.warp.to_subject(np.array([place])))[0]).astype(int)
    return float(volume[s : s + 1, r - 1 : r + 2, c - 1 : c + 2].mean())


@pytest.fixture(scope="module", params=MODALITIES, ids=lambda m: m.value)
def plain(request) -> tuple[Modality, Anatomy, Grid, Array]:
    head = evolve(subject(2), ventricles=(1.5, 1.5))
    grid = axial()
    return request.param, head, grid, scan(head, grid, quiet(request.param))


def test_tissues_have_their_values(plain) -> None:
    """Ventricles are water, air is dark, white matter is between, as each modality shows them."""
    modality, head, grid, volume = plain
    fluid, white, air = (value_at(volume, grid, head, place) for place in (ATRIUM, DEEP_WHITE, OUTSIDE))
    if modality is Modality.CTA:
        assert -15 < fluid < 30
        assert 15 < white < 50
        assert air < -950
        assert 700 < volume[40].max() < 2200
    elif modality is Modality.T2:
        assert fluid > 1.7 * white
        assert air < 0.15 * white
    else:
        assert fluid < 0.6 * white
        assert air < 0.15 * white


def test_stored_values_are_16_bit_and_in_range(plain) -> None:
    """HU of CT stay in 12 bits above -1024; MR is never below 0."""
    modality, _, grid, volume = plain
    assert volume.dtype == np.int16
    assert volume.shape == grid.shape
    assert volume.min() >= (-1024 if modality is Modality.CTA else 0)
    assert volume.max() <= (3071 if modality is Modality.CTA else 32767)


@pytest.mark.parametrize("modality", MODALITIES, ids=lambda m: m.value)
def test_slabs_do_not_show(modality: Modality) -> None:
    """However many slices are made at a time, the picture is the same to the bit."""
    head, grid = subject(3), axial(slices=14, size=64, step=4.0)
    taken = Acquisition.drawn(modality, np.random.default_rng(8))
    whole = scan(head, grid, taken, slab=14)
    assert np.array_equal(whole, scan(head, grid, taken, slab=1))
    assert np.array_equal(whole, scan(head, grid, taken, slab=5))
    assert np.array_equal(whole, scan(head, grid, taken))


@pytest.mark.parametrize("modality", MODALITIES, ids=lambda m: m.value)
def test_a_lesion_changes_only_where_it_lies(modality: Modality) -> None:
    """With the same generators a series with a sac equals the one without, but for a few mm about the sac."""
    head, grid = subject(4), axial(slices=20, size=64, step=3.0, bottom=30.0)
    taken = evolve(Acquisition.drawn(modality, np.random.default_rng(5)), motion=None)
    without = scan(head, grid, taken)
    with_sac = scan(head, grid, taken, lambda part: with_ball(part, "lesion"))
    changed = np.argwhere(without != with_sac)
    assert len(changed) > 20
    places = changed @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    assert np.linalg.norm(places - (0.0, 20.0, 60.0), axis=1).max() < 16.0


@pytest.mark.parametrize("modality", MODALITIES, ids=lambda m: m.value)
def test_a_sac_is_as_bright_as_the_arteries(modality: Modality) -> None:
    """Blood in a sac and in an artery look alike: bright, or a dark void in T2; the clot does not."""
    head, grid, taken = subject(4), axial(slices=5, size=64, step=3.0, bottom=54.0), quiet(modality)
    seen = {
        kind: scan(head, grid, taken, lambda part, kind=kind: with_ball(part, kind))[2, 31:34, 31:33].mean()
        for kind in ("artery", "lesion", "vein", "thrombus", "calcium")
    }
    assert seen["lesion"] == seen["artery"]
    tissue = scan(head, grid, taken)[2, 31:34, 31:33].mean()
    if modality is Modality.T2:
        assert seen["lesion"] < 0.6 * tissue
        assert seen["thrombus"] > 1.5 * seen["lesion"]
    else:
        assert seen["lesion"] > 1.5 * tissue
        assert seen["thrombus"] < 0.8 * seen["lesion"]
    if modality is Modality.CTA:
        assert 180 < seen["artery"] < 460
        assert seen["calcium"] > 500
    if modality is Modality.MRA:
        assert seen["vein"] < 0.7 * seen["artery"]


def test_nothing_is_drawn_by_the_lesion() -> None:
    """No drawing function takes lesions, labels or vessels: there is no way for one to reach brightness or noise."""
    for draw in (Anatomy.drawn, Acquisition.drawn):
        assert set(inspect.signature(draw).parameters) <= {"generator", "warp", "modality"}
    names = {attribute.name for attribute in fields(Acquisition)} | {
        attribute.name for attribute in fields(Anatomy)
    }
    assert not any("lesion" in name or "label" in name for name in names)


def test_settings_differ_by_series_within_their_ranges() -> None:
    """Blood and noise of CT stay in 200 to 450 and 10 to 30 HU; clips and motion occur in some series, not all."""
    generator = np.random.default_rng(0)
    drawn = [Acquisition.drawn(Modality.CTA, generator) for _ in range(400)]
    arteries = np.array([taken.palette[Tissue.ARTERY] for taken in drawn])
    assert arteries.min() >= 200
    assert arteries.max() <= 450
    assert arteries.std() > 30
    noise = np.array([taken.grain.deviation for taken in drawn])
    assert noise.min() >= 10
    assert noise.max() <= 30
    assert 5 <= sum(taken.clip is not None for taken in drawn) <= 45
    assert 80 <= sum(taken.motion is not None for taken in drawn) <= 160
    assert {len(taken.specks.radii) for taken in drawn} >= {0, 1, 2, 3, 4}


def test_the_four_modalities_are_the_ones() -> None:
    """Another modality is refused."""
    with pytest.raises(KeyError):
        Acquisition.drawn(Modality.MR, np.random.default_rng(0))


def test_noise_has_the_deviation_and_grain_that_it_should() -> None:
    """Its deviation is as named, neighbouring pixels and slices are alike, distant ones are not."""
    stream = NoiseStream(Grain(20.0, 0.6, 0.3, 0.5), (128, 128), 0.6, np.random.default_rng(1))
    slices = np.stack([next(stream) for _ in range(20)])
    assert slices.std() == pytest.approx(20.0, rel=0.05)

    def alike(first: Array, second: Array) -> float:
        return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])

    assert alike(slices[:, :, 1:], slices[:, :, :-1]) > 0.4
    assert alike(slices[1:], slices[:-1]) == pytest.approx(0.3, abs=0.06)
    assert abs(alike(slices[:, :, 20:], slices[:, :, :-20])) < 0.05


def test_magnitude_noise_lifts_the_dark_and_keeps_the_bright() -> None:
    """A complex signal's length is Rician: above 0 where there is none, unbiased where it is strong."""
    noise = np.random.default_rng(2).normal(0.0, 10.0, (200, 200)).astype(np.float32)
    dark, bright = np.zeros((200, 200), np.float32), np.full((200, 200), 500.0, np.float32)
    assert magnitude(dark, noise).mean() == pytest.approx(10.0 * np.sqrt(np.pi / 2), rel=0.05)
    assert magnitude(bright, noise).mean() == pytest.approx(500.0, abs=1.0)
    assert (dark == 0).all()


def test_coverage_keeps_the_volume_of_a_body() -> None:
    """The shares of a disc's pixels sum to its area at several pixel sizes."""
    for pixel in (0.5, 1.0, 1.7):
        ticks = np.arange(-15, 15, pixel, dtype=np.float32) + np.float32(0.3 * pixel)
        distance = np.hypot(ticks[:, None], ticks[None]) - np.float32(8.0)
        assert cover(distance, pixel).sum() * pixel**2 == pytest.approx(np.pi * 64, rel=0.02)


def test_metal_streaks_in_ct_and_leaves_a_void_in_mr() -> None:
    """A clip is brightest of all in CT with dark rays about, and a hole in MR, at its own place."""
    head, grid = subject(6), axial(slices=7, size=96, step=2.0, bottom=2.0)
    clip = Clip(np.array([20.0, 0.0, 8.0]), 2.0, 0.3)
    row, column = np.rint(grid.indices(clip.place[None])[0, 1:]).astype(int)
    for modality in (Modality.CTA, Modality.T1POST):
        taken = quiet(modality)
        clean, marred = scan(head, grid, taken)[3], scan(head, grid, evolve(taken, clip=clip))[3]
        about = (slice(row - 6, row + 7), slice(column - 6, column + 7))
        if modality is Modality.CTA:
            assert marred[row, column] == 3071
            assert marred[about].min() < clean[about].min() - 100
        else:
            assert marred[row, column] < 0.3 * clean[about].mean()


def test_specks_and_ghosts_stand_where_they_should() -> None:
    """A speck adds its height at its place alone; a ghost is the picture, weaker, on both sides."""
    head, grid, taken = subject(6), axial(slices=5, size=64, step=2.0, bottom=40.0), quiet(Modality.CTA)
    specks = Specks(np.array([[10.0, 20.0, 44.0]]), np.array([1.5]), np.array([400.0]))
    more = scan(head, grid, evolve(taken, specks=specks)).astype(int) - scan(head, grid, taken)
    assert np.unravel_index(more.argmax(), more.shape)[0] == 2
    assert 100 < more.max() < 410
    picture = np.zeros((20, 20), np.float32)
    picture[10, 10] = 100.0
    ghosts = moved(picture, Motion(0.2, 3.0, 1), (1.0, 1.0))
    assert ghosts[10, [7, 10, 13]].tolist() == pytest.approx([10.0, 80.0, 10.0])
    assert ghosts.sum() == pytest.approx(100.0)


def test_inflow_fades_upwards_and_bias_is_slow() -> None:
    """Blood is brightest where it enters each slab; the coil's sensitivity changes little over 10 mm."""
    one = Inflow(0.4, 1).at(np.linspace(0, 1, 11, dtype=np.float32))
    assert one[0] == 1.0
    assert (np.diff(one) < 0).all()
    assert one[-1] == pytest.approx(0.6, abs=0.01)
    several = Inflow(0.4, 3).at(np.linspace(0, 1, 100, dtype=np.float32))
    assert (np.diff(several) > 0.1).sum() == 2
    bias = Bias.drawn(np.random.default_rng(3))
    x = np.arange(-90, 91, 10, dtype=np.float32)
    factors = bias.at(x, np.zeros_like(x), np.zeros_like(x))
    assert factors.min() >= 0.3
    assert np.abs(np.diff(factors)).max() < 0.15


def test_a_thick_slice_is_the_mean_of_thin_ones() -> None:
    """Tissue in a 6 mm slice is what six 1 mm slices through it show on average."""
    head, taken = subject(7), evolve(quiet(Modality.T2), grain=Grain(1e-3, 0.3, 0.0, 0.0))
    thick = axial(slices=1, size=96, step=6.0, bottom=32.5)
    thin = axial(slices=6, size=96, step=1.0, bottom=30.0)
    one, several = scan(head, thick, taken)[0].astype(float), scan(head, thin, taken).mean(0)
    assert np.corrcoef(one.ravel(), several.ravel())[0, 1] > 0.99
    assert np.abs(one - several).mean() < 0.03 * several.max()


def test_other_planes_show_the_same_head() -> None:
    """A sagittal grid crosses an axial one in the same tissue."""
    head, taken = subject(8), evolve(quiet(Modality.T1POST), grain=Grain(1e-3, 0.3, 0.0, 0.0), blur=0.0)
    grid = axial(slices=40, size=96, step=2.0, bottom=0.0)
    volume = scan(head, grid, taken)
    affine = np.array([[2.0, 0, 0, 11.0], [0, 0, 2.0, -60.0], [0, -2.0, 0, 78.0], [0, 0, 0, 1.0]])
    slab = Grid(affine, (1, 40, 80), 2.0)
    sagittal = scan(head, slab, taken)[0]
    columns = grid.indices(np.array([[11.0, y, 0.0] for y in -60.0 + 2.0 * np.arange(80)]))
    rows = np.rint(columns[:, 1]).astype(int)
    column = round(float(columns[0, 2]))
    inside = (rows >= 0) & (rows < 96)
    crossed = volume[::-1, rows[inside], column]
    assert np.corrcoef(crossed.ravel(), sagittal[:, inside].ravel())[0, 1] > 0.85
