"""How bright each tissue is: Hounsfield units of CTA, arbitrary units of the three MR modalities."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom.tissues import Tissue
from neuronetra.domain.arrays import Float32
from neuronetra.domain.modality import Modality

_ORDER = (Modality.CTA, Modality.MRA, Modality.T2, Modality.T1POST)
_MEAN: dict[Tissue, tuple[float, float, float, float]] = {
    Tissue.AIR: (-1000, 0.01, 0.01, 0.01),
    Tissue.HOLDER: (-760, 0.01, 0.01, 0.01),
    Tissue.SKIN: (35, 0.36, 0.42, 0.52),
    Tissue.FAT: (-92, 0.50, 0.74, 0.92),
    Tissue.MUSCLE: (58, 0.29, 0.24, 0.40),
    Tissue.BONE: (1150, 0.04, 0.05, 0.06),
    Tissue.MARROW: (480, 0.27, 0.42, 0.50),
    Tissue.DENSE_BONE: (1750, 0.04, 0.04, 0.05),
    Tissue.MUCOSA: (48, 0.34, 0.86, 0.88),
    Tissue.DURA: (68, 0.33, 0.24, 0.72),
    Tissue.FLUID: (7, 0.12, 1.0, 0.14),
    Tissue.GREY: (40, 0.345, 0.56, 0.37),
    Tissue.WHITE: (31, 0.365, 0.40, 0.47),
    Tissue.NUCLEI: (41, 0.35, 0.46, 0.40),
    Tissue.STEM: (34, 0.36, 0.44, 0.45),
    Tissue.CHOROID: (70, 0.36, 0.72, 0.92),
    Tissue.GLAND: (95, 0.38, 0.50, 0.95),
    Tissue.VITREOUS: (6, 0.10, 0.98, 0.13),
    Tissue.LENS: (78, 0.22, 0.25, 0.40),
    Tissue.NERVE: (42, 0.33, 0.34, 0.58),
    Tissue.ARTERY: (325, 1.0, 0.06, 1.15),
    Tissue.VEIN: (220, 0.42, 0.10, 1.15),
    Tissue.THROMBUS: (55, 0.42, 0.34, 0.48),
    Tissue.CALCIUM: (850, 0.05, 0.06, 0.07),
}
"""After common figures for CT numbers and for 1.5 to 3 T MR; MR as shares of the series' own gain."""


def palette(modality: Modality, generator: np.random.Generator) -> Float32:
    """Values (tissues,) of one series: HU, or MR times its gain. Draws do not know whether there is a lesion.

    ``KeyError`` for a modality that is not one of the four.
    """
    place = {name: index for index, name in enumerate(_ORDER)}[modality]
    values = np.array([_MEAN[tissue][place] for tissue in Tissue], np.float64)
    wobble = generator.normal(0.0, 1.0, values.size)
    if modality is Modality.CTA:
        values += wobble * np.where(values > 100, 0.06 * values, 1.5)
        _bolus(values, generator)
        return values.astype(np.float32)
    values *= np.exp(0.05 * wobble)
    _sequence(values, modality, generator)
    values[Tissue.HOLDER] = values[Tissue.AIR]
    return np.asarray(values * _gain(modality, generator), np.float32)


def _bolus(values: np.ndarray[tuple[int], np.dtype[np.float64]], generator: np.random.Generator) -> None:
    """Early scans show arteries alone, late ones veins as bright or brighter."""
    artery = generator.uniform(210.0, 440.0)
    values[Tissue.ARTERY] = artery
    values[Tissue.VEIN] = np.clip(artery * generator.uniform(0.25, 1.08), 70.0, 440.0)
    values[Tissue.AIR] = -1000.0


def _sequence(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], modality: Modality, generator: np.random.Generator
) -> None:
    """What one scanner's settings change: fat suppressed or not, blood's brightness, tissue's suppression."""
    suppressed = generator.random() < 0.35
    strength = generator.uniform(0.8, 1.15)
    if modality is Modality.T1POST:
        values[[Tissue.ARTERY, Tissue.VEIN]] *= strength
        values[Tissue.FAT] *= 0.35 if suppressed else 1.0
    elif modality is Modality.MRA:
        tissue = [t for t in Tissue if t not in {Tissue.ARTERY, Tissue.AIR}]
        values[tissue] *= 0.82 * strength * (0.75 if suppressed else 1.0)
        values[Tissue.FAT] *= 0.6 if suppressed else 1.0
    else:
        values[Tissue.FAT] *= 0.5 if suppressed else 1.0


def _gain(modality: Modality, generator: np.random.Generator) -> float:
    middle = {Modality.MRA: 900.0, Modality.T2: 800.0, Modality.T1POST: 600.0}[modality]
    return float(middle * np.exp(generator.normal(0.0, 0.3)))
