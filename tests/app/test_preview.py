"""A cohort looked over: which series are shown, and what a lesion's place becomes."""

from __future__ import annotations

import numpy as np
import pytest

from neuronetra.app.preview import Preview
from neuronetra.domain.cohort import LabelledSeries, LabelledSet, LesionPoint
from neuronetra.domain.locations import Location
from neuronetra.domain.modality import Modality
from neuronetra.errors import SeriesError
from neuronetra.testing.fakes import FakeReader, fake_series

LABELS = (False,) * 13


def labelled(uid: str, modality: Modality, present: bool, points=()) -> LabelledSeries:
    return LabelledSeries(uid, "scan", "0" * 64, modality, (*LABELS, present), points=points)


def test_one_of_each_kind_as_the_reader_sees_it() -> None:
    """Of each modality one series with a lesion and one without, the lesion ringed and nothing else."""
    names = ["1", "2", "3", "4", "5"]
    series = [fake_series(name, 12) for name in names]
    geometry = series[0].geometry
    point = tuple(float(v) for v in (geometry.affine @ [5, 4, 6, 1])[:3])
    lesion = LesionPoint(Location.LEFT_MCA, "1.6", None, 6.0, 4.0, point)
    cohort = LabelledSet(
        (
            labelled("1", Modality.CTA, True, (lesion,)),
            labelled("2", Modality.CTA, True),
            labelled("3", Modality.CTA, False),
            labelled("4", Modality.CTA, False),
            labelled("5", Modality.MRA, False),
        ),
        "0",
    )
    seen = list(Preview(FakeReader.of(*series)).each(cohort))
    assert [one.uid for one in seen] == ["1", "3", "5"]
    assert seen[0].lesions == ("Left Middle Cerebral Artery",)
    assert all(sheet.marked is not None for sheet in seen[0].sheets)
    assert all(sheet.marked is None for one in seen[1:] for sheet in one.sheets)
    assert seen[0].spacing == pytest.approx((3.0, 0.9, 0.6))
    marked = seen[0].sheets[2].marked
    assert (marked == (255, 170, 0)).all(axis=-1).any()
    assert np.array_equal(marked[..., 0] == marked[..., 2], ~(marked == (255, 170, 0)).all(axis=-1))


def test_a_series_that_cannot_be_read() -> None:
    """What a reader cannot read is one clear error, not an empty picture."""
    cohort = LabelledSet((labelled("7", Modality.CTA, False),), "0")
    with pytest.raises(SeriesError, match="cannot be drawn"):
        list(Preview(FakeReader.of(fake_series("8", 3))).each(cohort))
