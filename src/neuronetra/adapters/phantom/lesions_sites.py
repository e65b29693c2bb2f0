"""Where lesions of each location arise: bifurcations and outer curves of the named arteries."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from neuronetra.domain.locations import Location

Direction = tuple[float, float, float]


@frozen
class Site:
    """A stretch of an artery and where a dome from it points.

    ``tube`` is a name without its side; ``span`` are shares of its length. ``towards`` is a direction of the mean
    head's left side, or ``"onward"``, the way the blood was going (tubes that fork at their end), or ``"outward"``,
    away from the centre of the bend. ``spread`` is how far, as a share of a unit vector, a dome strays from it.
    """

    tube: str
    span: tuple[float, float]
    towards: Direction | Literal["onward", "outward"]
    weight: float
    spread: float = 0.45
    sided: bool = True

    @property
    def alongside(self) -> bool:
        """Whether the dome stands on the side of its artery rather than at a fork."""
        return self.span[0] > 0.0 and self.span[1] < 1.0


_INFRACLINOID = (
    Site("internal carotid infraclinoid", (0.88, 0.95), "outward", 0.35),
    Site("internal carotid infraclinoid", (0.8, 0.9), (0.8, 0.0, -0.2), 0.25),
    Site("internal carotid infraclinoid", (0.955, 0.985), (-0.7, -0.2, 0.4), 0.3),
    Site("internal carotid infraclinoid", (0.62, 0.74), "outward", 0.1),
)
"""Genu and horizontal part of the siphon, just under the clinoid, petrous."""
_SUPRACLINOID = (
    Site("internal carotid supraclinoid", (0.08, 0.16), (-0.5, -0.2, 0.8), 0.4),
    Site("internal carotid supraclinoid", (0.14, 0.26), (-0.9, 0.1, 0.0), 0.2),
    Site("internal carotid supraclinoid", (0.64, 0.7), (0.5, 0.8, 0.2), 0.15),
    Site("internal carotid supraclinoid", (1.0, 1.0), "onward", 0.25, spread=0.3),
)
"""Ophthalmic, superior hypophyseal, anterior choroidal, terminus."""
_MIDDLE = (
    Site("middle cerebral M1", (1.0, 1.0), "onward", 0.78, spread=0.5),
    Site("middle cerebral M1", (0.35, 0.75), "outward", 0.14),
    Site("middle cerebral M2 superior", (0.6, 0.95), "outward", 0.04),
    Site("middle cerebral M2 inferior", (0.6, 0.95), "outward", 0.04),
)
_COMMUNICATING = (
    Site("anterior communicating", (0.35, 0.65), (0.0, -0.6, -0.3), 0.45, spread=0.5, sided=False),
    Site("anterior communicating", (0.35, 0.65), (0.0, -0.5, 0.7), 0.35, spread=0.5, sided=False),
    Site("anterior communicating", (0.35, 0.65), (0.0, 0.8, 0.2), 0.2, spread=0.5, sided=False),
)
_ANTERIOR = (
    Site("anterior cerebral A2", (0.33, 0.35), (0.35, -0.8, 0.4), 0.62, spread=0.35),
    Site("anterior cerebral A1", (0.15, 0.7), (0.0, -0.4, -0.6), 0.26),
    Site("anterior cerebral A2", (0.06, 0.2), (0.5, -0.6, -0.2), 0.12, spread=0.3),
)
"""Fork of the pericallosal, A1, proximal A2."""
_POSTERIOR_COMMUNICATING = (
    Site("posterior communicating", (0.0, 0.0), (0.45, 0.75, -0.45), 1.0, spread=0.35),
)
_TIP = (Site("basilar tip", (1.0, 1.0), (0.0, -0.1, 1.0), 1.0, spread=0.28, sided=False),)
_OTHER = (
    Site("posterior inferior cerebellar", (0.0, 0.0), (0.3, -0.3, 0.8), 0.34),
    Site("vertebral", (0.86, 0.95), "outward", 0.14),
    Site("superior cerebellar", (0.0, 0.0), (1.0, -0.2, 0.1), 0.15, spread=0.3),
    Site("posterior cerebral P1", (0.45, 0.9), (0.1, -0.5, 0.8), 0.1),
    Site("posterior cerebral P2", (0.1, 0.5), "outward", 0.09),
    Site("basilar trunk", (0.3, 0.75), (0.4, -0.9, 0.0), 0.08, sided=False),
    Site("anterior inferior cerebellar", (0.0, 0.0), (0.8, -0.3, 0.2), 0.06),
    Site("basilar trunk", (0.0, 0.0), (0.0, -0.8, -0.2), 0.04, sided=False),
)

_PAIRED = {
    "INFRACLINOID_ICA": _INFRACLINOID,
    "SUPRACLINOID_ICA": _SUPRACLINOID,
    "MCA": _MIDDLE,
    "ACA": _ANTERIOR,
    "POSTERIOR_COMMUNICATING": _POSTERIOR_COMMUNICATING,
}
SITES: dict[Location, tuple[Site, ...]] = {
    **{Location[f"{side}_{place}"]: sites for side in ("LEFT", "RIGHT") for place, sites in _PAIRED.items()},
    Location.ANTERIOR_COMMUNICATING: _COMMUNICATING,
    Location.BASILAR_TIP: _TIP,
    Location.OTHER_POSTERIOR: _OTHER,
}
"""Every location of an artery; the order of ``Location`` is not that of this table."""
PARENTS = {
    "posterior inferior cerebellar": "{side} vertebral",
    "superior cerebellar": "basilar tip",
    "anterior inferior cerebellar": "basilar trunk",
    "posterior communicating": "{side} internal carotid supraclinoid",
}
"""Where a branch leaves, the neck sits at the branch's mouth, in the wall of the artery that it leaves from."""
