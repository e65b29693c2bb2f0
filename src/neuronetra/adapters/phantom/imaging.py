"""One series' settings and luck: brightness, noise, sharpness, bias, artefacts."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.adapters.phantom.artefacts import (
    Clip,
    Motion,
    Specks,
    drawn_clip,
    drawn_motion,
    drawn_specks,
)
from neuronetra.adapters.phantom.contrast import palette
from neuronetra.adapters.phantom.noise import Grain
from neuronetra.adapters.phantom.tissues import Tissue
from neuronetra.domain.arrays import Float32, Float64, locked, locked_float64
from neuronetra.domain.modality import Modality

_CT_NOISE = (10.0, 30.0)
_BIAS_WAVES = 4
_BIAS_LENGTH = (260.0, 620.0)


def _locked_float32(values: npt.ArrayLike) -> Float32:
    return locked(values, np.float32)


@frozen(eq=False)
class Bias:
    """Slow change of an MR coil's sensitivity: 1 + sum of ``heights`` (w,) sin(waves (w, 3) p + ``phases`` (w,))."""

    waves: Float64 = field(converter=locked_float64)
    phases: Float64 = field(converter=locked_float64)
    heights: Float64 = field(converter=locked_float64)

    @classmethod
    def drawn(cls, generator: np.random.Generator) -> Self:
        ways = generator.normal(size=(_BIAS_WAVES, 3))
        ways /= np.linalg.norm(ways, axis=1, keepdims=True)
        strength = generator.uniform(0.05, 0.4)
        return cls(
            ways * 2 * np.pi / generator.uniform(*_BIAS_LENGTH, (_BIAS_WAVES, 1)),
            generator.uniform(0.0, 2 * np.pi, _BIAS_WAVES),
            generator.normal(0.0, strength / np.sqrt(_BIAS_WAVES), _BIAS_WAVES),
        )

    def at(self, x: Float32, y: Float32, z: Float32) -> Float32:
        """Factors at places in mm, never below 0.3."""
        total = np.ones_like(x)
        for wave, phase, height in zip(self.waves, self.phases, self.heights, strict=True):
            a, b, c = wave.astype(np.float32)
            total += np.float32(height) * np.sin(a * x + b * y + c * z + np.float32(phase))
        return np.asarray(np.maximum(total, np.float32(0.3)))


@frozen(eq=False)
class Inflow:
    """Time of flight: blood fades by ``fade`` from the feet to the head within each of ``slabs``."""

    fade: float
    slabs: int

    def at(self, share: Float32) -> Float32:
        """Factors for places at ``share`` of the way from the field's lower to its upper end."""
        within = np.clip(share, 0, 0.9999) * np.float32(self.slabs)
        within = (within - np.floor(within)) / np.float32(self.slabs) ** np.float32(0.5)
        return np.asarray(1 - np.float32(self.fade) * within)


@frozen(eq=False)
class Acquisition:
    """``palette`` (tissues,) values in HU (CTA) or in the series' own units; ``blur`` in mm (Gaussian sigma).

    All is drawn from the modality alone: nothing knows of lesions.
    """

    modality: Modality
    palette: Float32 = field(converter=_locked_float32)
    grain: Grain
    blur: float
    bias: Bias | None
    inflow: Inflow | None
    motion: Motion | None
    clip: Clip | None
    specks: Specks

    @classmethod
    def drawn(cls, modality: Modality, generator: np.random.Generator) -> Self:
        """One series of CTA, MRA, T2 or T1post. ``KeyError`` for another modality."""
        values = palette(modality, generator)
        tomography = modality is Modality.CTA
        tissue = float(values[Tissue.WHITE])
        noise = generator.uniform(*_CT_NOISE) if tomography else tissue / generator.uniform(14.0, 38.0)
        height = 300.0 if tomography else float(max(values[Tissue.ARTERY], values[Tissue.FLUID]) - tissue)
        inflow = Inflow(float(generator.uniform(0.1, 0.5)), int(generator.integers(1, 5)))
        return cls(
            modality=modality,
            palette=values,
            grain=Grain(
                float(noise),
                float(generator.uniform(0.25, 0.6)),
                float(generator.uniform(0.0, 0.4)),
                float(generator.uniform(0.3, 0.9)) if tomography else 0.0,
            ),
            blur=float(generator.uniform(0.2, 0.55)),
            bias=None if tomography else Bias.drawn(generator),
            inflow=inflow if modality is Modality.MRA else None,
            motion=drawn_motion(generator, (1.0, 3.5) if tomography else (18.0, 70.0)),
            clip=drawn_clip(generator),
            specks=drawn_specks(generator, height),
        )
