"""Hypothesis strategies for labelled cohorts."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from neuronetra.domain.cohort import LabelledSeries, LabelledSet, LesionPoint, PatientSource, Sex
from neuronetra.domain.locations import ARTERIES
from neuronetra.domain.modality import Modality

_FINITE = st.floats(-1e6, 1e6)
_UIDS = st.lists(st.integers(0, 10**12), min_size=2, max_size=5).map(lambda parts: ".".join(map(str, parts)))


def hashes() -> st.SearchStrategy[str]:
    """64 hexadecimal digits, often the same ones, as patients of several series have."""
    fresh = st.binary(min_size=32, max_size=32).map(bytes.hex)
    return st.sampled_from(["0" * 64, "a1" * 32, "f" * 64]) | fresh


def lesion_points() -> st.SearchStrategy[LesionPoint]:
    """A lesion anywhere, its place in the patient known or not."""
    return st.builds(
        LesionPoint,
        location=st.sampled_from(ARTERIES),
        instance_uid=st.text(string.printable, max_size=20) | _UIDS,
        frame=st.none() | st.integers(0, 500),
        column=_FINITE,
        row=_FINITE,
        point=st.none() | st.tuples(_FINITE, _FINITE, _FINITE),
    )


@st.composite
def labelled_series(draw: st.DrawFn, uid: str) -> LabelledSeries:
    """A series whose presence label is that of its locations; points need not stand at its labels."""
    locations = tuple(draw(st.lists(st.booleans(), min_size=13, max_size=13)))
    return LabelledSeries(
        uid=uid,
        path="",
        patient=draw(hashes()),
        modality=draw(st.sampled_from(Modality)),
        labels=(*locations, any(locations)),
        age=draw(st.none() | st.integers(0, 120).map(float) | st.floats(0.0, 120.0)),
        sex=draw(st.none() | st.sampled_from(Sex)),
        points=tuple(draw(st.lists(lesion_points(), max_size=3))),
    )


@st.composite
def labelled_sets(draw: st.DrawFn, max_size: int = 6) -> LabelledSet:
    """A cohort of up to ``max_size`` series, without folders and bad rows."""
    uids = sorted(draw(st.sets(_UIDS, max_size=max_size)))
    return LabelledSet(
        tuple(draw(labelled_series(uid)) for uid in uids),
        draw(hashes()),
        draw(st.sampled_from(PatientSource)),
        (),
        tuple(draw(st.lists(st.text(max_size=20), max_size=2))),
        draw(st.booleans()),
    )
