"""What was drawn into a demonstration, held against what was looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.demo import DrawnLesion, DrawnStudy
from neuronetra.domain.locations import LABELS, Location

SLICES = st.integers(0, 99)


@given(first=SLICES, width=st.integers(0, 20), looked=st.lists(SLICES, max_size=12))
def test_a_lesion_shows_in_the_slices_that_it_reaches_into(first: int, width: int, looked: list[int]) -> None:
    """Each slice that was looked at shows the lesion exactly where it lies between its first and last one."""
    lesion = DrawnLesion(Location.BASILAR_TIP, 5.0, (first, first + width))
    seen = lesion.seen_in(looked)
    assert list(seen) == sorted(set(seen))
    assert all((place in seen) is (first <= place <= first + width) for place in looked)


def test_labels_are_those_of_the_lesions() -> None:
    """A lesion makes its location and Aneurysm Present true, and no other label."""
    study = DrawnStudy("1.2", 3, 100, (DrawnLesion(Location.LEFT_MCA, 8.25, (40, 48)),))
    document = study.as_document([8, 45])
    assert [name for name, true in document["labels"].items() if true] == [
        "Left Middle Cerebral Artery",
        "Aneurysm Present",
    ]
    assert tuple(document["labels"]) == LABELS
    assert document["lesions"][0]["slices_looked_at"] == [45]


def test_a_lesion_that_no_slice_shows_is_said_to_be_unseen() -> None:
    """Nobody is left to think that the model could have seen it."""
    study = DrawnStudy("1.2", 3, 100, (DrawnLesion(Location.LEFT_MCA, 8.25, (40, 48)),))
    assert "none of them" in study.sentences([8, 60])[0]
    assert "none of them" not in study.sentences([8, 44])[0]
    assert DrawnStudy("1.2", 3, 100, ()).sentences([8]) == ("No aneurysm.",)
