"""Places for results, tried before long work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from neuronetra.errors import OutputError
from neuronetra.wiring import places
from neuronetra.wiring.places import require_writable


def test_a_place_that_can_be_written_stays_as_it_is(tmp_path: Path) -> None:
    """Neither a new name nor a file that is there is touched, nor is anything left beside them."""
    (tmp_path / "there").write_text("old")
    for name in ("new", "there"):
        require_writable(str(tmp_path / name))
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there").read_text() == "old"


def test_a_device_needs_no_folder_to_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write to /dev/null seldom may write to /dev."""
    tried = []

    def no_file(**options: object) -> None:
        tried.append(options)
        raise PermissionError

    monkeypatch.setattr(places, "TemporaryFile", no_file)
    require_writable(os.devnull)
    assert not tried


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """No folder, a file for a folder, a link to itself: each is an error of one line that names the place."""
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    for name in ("none/x", "file/x", "loop"):
        with pytest.raises(OutputError, match="cannot be written") as caught:
            require_writable(str(tmp_path / name))
        assert name in str(caught.value)
