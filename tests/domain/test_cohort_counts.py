"""Counts of a cohort's tables."""

from __future__ import annotations

from neuronetra.domain.cohort import LabelledSeries, LabelledSet, LesionPoint, Sex
from neuronetra.domain.cohort_counts import label_document, people_document
from neuronetra.domain.locations import ARTERIES, LABELS, Location
from neuronetra.domain.modality import Modality


def _one(number: int, *where: Location, age: float | None = None, sex: Sex | None = None) -> LabelledSeries:
    labels = tuple(location in where for location in ARTERIES)
    points = tuple(LesionPoint(location, "1.2", None, 1.0, 2.0, (0.0, 0.0, 0.0)) for location in where[:1])
    modality = Modality.CTA if number % 2 else Modality.T2
    return LabelledSeries(
        f"1.{number}", "", f"{number:064x}", modality, (*labels, bool(where)), age, sex, points
    )


COHORT = LabelledSet(
    (
        _one(1, Location.LEFT_MCA, Location.BASILAR_TIP, age=50, sex=Sex.FEMALE),
        _one(2, Location.LEFT_MCA, age=29, sex=Sex.MALE),
        _one(3, Location.RIGHT_ACA, age=85),
        _one(4, age=50, sex=Sex.FEMALE),
        _one(5),
    ),
    "d",
)


def test_labels_are_counted() -> None:
    """Classes, locations, sides, pairs and points by hand."""
    found = label_document(COHORT)
    assert (found["classes"]["positive"], found["classes"]["negative"]) == (3, 2)
    assert list(found["locations"]) == list(LABELS)
    assert found["locations"][Location.LEFT_MCA.value]["positive"] == 2
    assert found["sides"] == {"left": 2, "right": 1, "midline": 1}
    assert found["locations_per_series"] == {"0": 2, "1": 2, "2": 1}
    counts = found["co_occurrence"]["counts"]
    both = Location.LEFT_MCA.index, Location.BASILAR_TIP.index
    assert counts[both[0]][both[1]] == counts[both[1]][both[0]] == 1
    assert counts[both[0]][both[0]] == 2
    assert sum(map(sum, counts)) == 4 + 2
    assert found["points"] == {"marked": 3, "placed_in_mm": 3, "positives_without": 0}


def test_modalities_have_their_own_prevalence() -> None:
    """Series, positives and prevalence by the table's modality."""
    found = label_document(COHORT)["modalities"]
    assert {name: (one["series"], one["positive"]) for name, one in found.items()} == {
        "CTA": (3, 2),
        "T2": (2, 1),
    }
    assert found["T2"]["prevalence"]["value"] == 0.5


def test_people_by_class() -> None:
    """Ages of positives and negatives, sexes and bands, unknown ones apart."""
    found = people_document(COHORT)
    assert found["age"]["positive"]["n"] == 3
    assert found["age"]["negative"]["median"] == 50
    assert {name: one["series"] for name, one in found["sex"].items()} == {
        "Female": 2,
        "Male": 1,
        "unknown": 2,
    }
    bands = {name: one["series"] for name, one in found["age_bands"].items() if one["series"]}
    assert bands == {"under 30": 1, "50 to 59": 2, "80 and over": 1}
