"""The sheet of frames never marks a side that is not known."""

from __future__ import annotations

import numpy as np
import pytest

from neuronetra.adapters.results import frame_sheet as sheets
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("known", [True, False])
def test_rule_15_no_letter_where_sides_are_unverified(
    monkeypatch: pytest.MonkeyPatch, plane: Plane, known: bool
) -> None:
    """Of frames that say nothing of where they lie the edges bear question marks, and the title says why."""
    written: list[str] = []
    monkeypatch.setattr(sheets, "_write", lambda _image, text, _place, _size: written.append(text))
    frames = Frames(np.zeros((2, 40, 40), np.uint8), (0, 1), plane)
    assert sheets.frame_sheet(frames, 2, None, known).startswith(b"\x89PNG")
    letters = {text for text in written if len(text) == 1}
    if known and plane is not Plane.UNKNOWN:
        assert letters <= set("LRAPHF")
        assert "?" not in letters
    else:
        assert letters == {"?"}
        assert "left and right cannot be told apart" in written[-1]
