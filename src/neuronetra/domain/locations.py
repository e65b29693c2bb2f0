"""The 13 arterial locations and the presence label, in the order of the RSNA data set."""

from __future__ import annotations

from enum import Enum


class Location(Enum):
    """A label; its value is the column name of the data set and its order the order of every output."""

    LEFT_INFRACLINOID_ICA = "Left Infraclinoid Internal Carotid Artery"
    RIGHT_INFRACLINOID_ICA = "Right Infraclinoid Internal Carotid Artery"
    LEFT_SUPRACLINOID_ICA = "Left Supraclinoid Internal Carotid Artery"
    RIGHT_SUPRACLINOID_ICA = "Right Supraclinoid Internal Carotid Artery"
    LEFT_MCA = "Left Middle Cerebral Artery"
    RIGHT_MCA = "Right Middle Cerebral Artery"
    ANTERIOR_COMMUNICATING = "Anterior Communicating Artery"
    LEFT_ACA = "Left Anterior Cerebral Artery"
    RIGHT_ACA = "Right Anterior Cerebral Artery"
    LEFT_POSTERIOR_COMMUNICATING = "Left Posterior Communicating Artery"
    RIGHT_POSTERIOR_COMMUNICATING = "Right Posterior Communicating Artery"
    BASILAR_TIP = "Basilar Tip"
    OTHER_POSTERIOR = "Other Posterior Circulation"
    ANEURYSM_PRESENT = "Aneurysm Present"

    @property
    def index(self) -> int:
        """The column of this label, counted from 0."""
        return LOCATIONS.index(self)

    @property
    def mirrored(self) -> Location:
        """The label of the same place in a head whose left and right are exchanged."""
        side, _, rest = self.value.partition(" ")
        other = {"Left": "Right", "Right": "Left"}.get(side)
        return Location(f"{other} {rest}") if other else self


LOCATIONS: tuple[Location, ...] = tuple(Location)
ARTERIES: tuple[Location, ...] = LOCATIONS[:-1]
LABELS: tuple[str, ...] = tuple(location.value for location in LOCATIONS)
MIRROR: tuple[int, ...] = tuple(location.mirrored.index for location in LOCATIONS)
"""``MIRROR[i]`` is the column that takes the place of column ``i`` in a mirrored head."""
