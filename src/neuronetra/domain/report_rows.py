"""The 13 locations in the order of a report: along the arteries from front to back, sides paired."""

from __future__ import annotations

from attrs import frozen

from neuronetra.domain.locations import ARTERIES, Location

_FRONT_TO_BACK = (
    Location.ANTERIOR_COMMUNICATING,
    Location.RIGHT_ACA,
    Location.RIGHT_MCA,
    Location.RIGHT_SUPRACLINOID_ICA,
    Location.RIGHT_INFRACLINOID_ICA,
    Location.RIGHT_POSTERIOR_COMMUNICATING,
    Location.BASILAR_TIP,
    Location.OTHER_POSTERIOR,
)
_SIDE = "Right "


@frozen
class ReportRow:
    """One place of the report: a location of the midline, or a pair of which each side is one."""

    right: Location
    left: Location

    @property
    def is_pair(self) -> bool:
        return self.right is not self.left

    @property
    def name(self) -> str:
        """The place without its side."""
        return self.right.value.removeprefix(_SIDE)

    @property
    def locations(self) -> tuple[Location, ...]:
        """As a radiologist sees them: the patient's right first."""
        return (self.right, self.left) if self.is_pair else (self.right,)


ROWS: tuple[ReportRow, ...] = tuple(ReportRow(one, one.mirrored) for one in _FRONT_TO_BACK)
"""All 13 locations, each once."""

if sorted(one.index for row in ROWS for one in row.locations) != [one.index for one in ARTERIES]:
    raise AssertionError("a report shows each location once")
