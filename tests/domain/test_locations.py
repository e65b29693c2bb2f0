"""The 14 labels, their order and their mirror."""

from __future__ import annotations

from neuronetra.domain.locations import ARTERIES, LABELS, LOCATIONS, MIRROR, Location


def test_labels_stand_in_the_order_of_the_data_set() -> None:
    """The names are the data set's columns, letter for letter, in their order."""
    assert LABELS == (
        "Left Infraclinoid Internal Carotid Artery",
        "Right Infraclinoid Internal Carotid Artery",
        "Left Supraclinoid Internal Carotid Artery",
        "Right Supraclinoid Internal Carotid Artery",
        "Left Middle Cerebral Artery",
        "Right Middle Cerebral Artery",
        "Anterior Communicating Artery",
        "Left Anterior Cerebral Artery",
        "Right Anterior Cerebral Artery",
        "Left Posterior Communicating Artery",
        "Right Posterior Communicating Artery",
        "Basilar Tip",
        "Other Posterior Circulation",
        "Aneurysm Present",
    )
    assert [location.index for location in LOCATIONS] == list(range(14))
    assert LOCATIONS[:13] == ARTERIES


def test_mirror_permutation() -> None:
    """The mirror swaps five pairs and leaves the four labels in the middle."""
    assert MIRROR == (1, 0, 3, 2, 5, 4, 6, 8, 7, 10, 9, 11, 12, 13)
    assert sum(column != index for index, column in enumerate(MIRROR)) == 10


def test_mirroring_a_label_twice_is_nothing() -> None:
    """The mirror image of a mirror image is the place itself, under the same words but for the side."""
    for location in Location:
        assert location.mirrored.mirrored is location
        assert location.mirrored.value.replace("Right", "Left") == location.value.replace("Right", "Left")
