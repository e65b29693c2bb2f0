"""What vessels fill of each voxel: painted by the vessels' side, shown by the imaging side."""

from __future__ import annotations

from attrs import frozen

from neuronetra.domain.arrays import Float32


@frozen(eq=False)
class VesselVolume:
    """Shares of each voxel's volume, float32 in [0, 1], each of shape (slices, rows, columns).

    Shares of one voxel sum to at most 1; what is left is the tissue around.
    """

    artery: Float32
    """Lumen of arteries, blood."""
    vein: Float32
    """Lumen of veins and sinuses, blood."""
    lesion: Float32
    """Lumen of sacs, filled with blood as arteries are."""
    thrombus: Float32
    """Clot that lines a sac."""
    calcium: Float32
    """Calcified wall."""
