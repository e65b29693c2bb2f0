"""Names of what is known of every place of a head: signed distances in mm, below 0 inside, and a few others."""

from __future__ import annotations

from enum import IntEnum, auto


class Field(IntEnum):
    """Smooth enough to be taken every 3 mm and read linearly between."""

    SKIN = 0
    """To the head's outside."""
    CAVITY = auto()
    """To what the dura wraps: brain, cisterns, spinal canal."""
    THICKNESS = auto()
    """Not a distance: of the bone round the cavity; below 0 where that has a hole."""
    BONE = auto()
    """All other bone."""
    DENSE = auto()
    """The otic capsule, and teeth."""
    AIR = auto()
    """Nose, sinuses, throat, ear canals."""
    CELLS = auto()
    """Where bone is made of air cells: ethmoid and mastoids."""
    MUSCLE = auto()
    ORBIT = auto()
    """The orbit's bony walls."""
    EYE = auto()
    CORD = auto()
    """Optic nerves and the muscles of the eyes."""
    CEREBRUM = auto()
    """Without sulci and without the gap between the hemispheres."""
    BRIDGE = auto()
    """Where the hemispheres are joined: corpus callosum down to the hypothalamus."""
    FOLD = auto()
    """To the next sheet of the folding pattern, signed by its side."""
    VENTRICLE = auto()
    NUCLEI = auto()
    """Deep grey matter."""
    TENTORIUM = auto()
    """Height over the tentorium's sheet; large where there is none."""
    CEREBELLUM = auto()
    FOLIA = auto()
    """Not a distance to a border: from the middle of the folia's arcs."""
    STEM = auto()
    """Brainstem and spinal cord."""
    CHOROID = auto()
    GLAND = auto()
    """Pituitary and its stalk."""
    PINEAL = auto()
    X = auto()
    """The mean head's own coordinates in mm."""
    Y = auto()
    Z = auto()


FAR = 30.0
"""A distance where nobody asks further."""
