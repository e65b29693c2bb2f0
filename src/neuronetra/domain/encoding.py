"""From eight slices to the three channels that ImageNet networks take."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import require_dtype
from neuronetra.domain.frames import Encoded, Frames
from neuronetra.domain.intensity import stretched_by_percentiles
from neuronetra.domain.preprocessing import require_percentiles


@frozen
class ChannelEncoder:
    """uint8 frames (k, H, W) to three channels: the middle frame, the maximum, the deviation.

    The middle is frame k // 2 (from 0); the deviation is the population's standard deviation over
    frames in float32, its 5th..95th percentiles stretched to 0..255.
    """

    name: ClassVar[str] = "middle_maximum_deviation"
    low_percentile: float = 5.0
    high_percentile: float = 95.0

    def __attrs_post_init__(self) -> None:
        require_percentiles(self.low_percentile, self.high_percentile)

    def encode(self, frames: Frames) -> Encoded:
        """Raises ``TypeError`` unless the frames are uint8."""
        require_dtype("frames to encode", frames.pixels, np.uint8)
        middle = frames.pixels[len(frames) // 2]
        maximum = frames.pixels.max(axis=0)
        deviation = frames.pixels.std(axis=0, dtype=np.float32)
        spread = stretched_by_percentiles(deviation, self.low_percentile, self.high_percentile)
        return Encoded(np.stack([middle, maximum, spread]))
