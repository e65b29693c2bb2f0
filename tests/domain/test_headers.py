"""What a slice's header says, as values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.headers import ImageKind, uid_order, usable_orientation
from neuronetra.domain.modality import ModalityFacts
from neuronetra.testing.header_builder import slice_header


@given(st.lists(st.floats(-0.004, 0.004), min_size=6, max_size=6))
def test_rule_07_cosines_are_made_unit_and_perpendicular(errors: list[float]) -> None:
    """Vectors that are off by a little give exact ones near them."""
    stated = np.array([0.6, 0.8, 0.0, 0.0, 0.0, -1.0]) + errors
    usable = usable_orientation(stated.tolist())
    assert usable is not None
    along, down = np.array(usable[:3]), np.array(usable[3:])
    np.testing.assert_allclose([along @ along, down @ down, along @ down], [1.0, 1.0, 0.0], atol=1e-12)
    assert np.abs(np.array(usable) - stated).max() < 0.02


@pytest.mark.parametrize(
    "values", [(1, 0, 0, 1, 0, 0), (0,) * 6, (1, 0, 0, 0, 1.02, 0), (1, 0, 0, 0, 1, np.nan), (1, 0, 0, 0, 1)]
)
def test_rule_12_cosines_that_mean_nothing_are_unknown(values: tuple[float, ...]) -> None:
    """Parallel, zero, 2 % too long, not finite or too few."""
    assert usable_orientation(values) is None


@pytest.mark.parametrize(
    ("image_type", "kind"),
    [
        (("ORIGINAL", "PRIMARY", "P_FFE"), ImageKind.PHASE),
        (("ORIGINAL", "PRIMARY", "SW_P_FFE", "SW_P", "FFE"), ImageKind.PHASE),
        (("DERIVED", "PRIMARY", "PJN"), ImageKind.PROJECTION),
        (("ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"), ImageKind.IMAGE),
        (("P_X", "PRIMARY"), ImageKind.IMAGE),
    ],
)
def test_rule_04_makers_words_for_kinds(image_type: tuple[str, ...], kind: ImageKind) -> None:
    """Words that end in _P or begin with P_ are phase, PJN is a projection; values 1 and 2 are none."""
    assert ImageKind.of(image_type) is kind


def test_uids_are_ordered_by_their_numbers() -> None:
    """Component by component, not letter by letter; what is no number has its place too."""
    ordered = ["1.2", "1.2.3", "1.2.9", "1.2.10", "1.10", "10.1"]
    by_letters = ["1.10", "1.2", "1.2.10", "1.2.3", "1.2.9", "10.1"]
    assert sorted(by_letters, key=uid_order) == ordered
    assert uid_order("1.x..9" + "9" * 5000) != uid_order("1.x")


def test_rule_28_a_header_shows_no_free_text() -> None:
    """Texts of the header are not in its representation."""
    facts = ModalityFacts(modality="Qx7Secret", angio_flag="Qx7Secret")
    assert "Qx7Secret" not in repr(slice_header(1, facts=facts, photometric="Qx7Secret"))
