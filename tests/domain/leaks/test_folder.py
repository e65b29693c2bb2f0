"""Facts of files as files."""

from __future__ import annotations

import numpy as np

from neuronetra.domain.leaks.facts import FactGroup
from neuronetra.domain.leaks.folder import FolderListing

UID = "1.2.3.45"


def test_sizes_times_and_names_are_told() -> None:
    """Number, bytes and times of files, the length and last digit of the uid."""
    listing = FolderListing(("a1.dcm", "a2.dcm"), (100, 300), (50.0, 80.0), ("series", UID))
    facts = listing.facts(UID)
    told = {key.name: value for key, value in facts.numbers.items()}
    assert told["files"] == 2
    assert told["bytes in all"] == 400
    assert told["bytes of a file"] == 200
    assert told["bytes of the smallest file"] == 100
    assert told["spread of file sizes"] == 100
    assert told["length of file names"] == 6
    assert (told["time of its files"], told["time from its first to its last file"]) == (50.0, 30.0)
    assert (told["length of the uid"], told["parts of the uid"], told["last digit of the uid"]) == (8, 4, 5)
    assert {(key.name, text) for key, text in facts.categories.items()} == {
        ("depth", "2"),
        ("linked", "False"),
        ("endings", "dcm"),
    }


def test_names_that_end_in_numbers_have_no_ending() -> None:
    """Files named by uids differ in their last part, which is no ending that could tell anything."""
    names = tuple(f"1.2.3.{number}" for number in range(9))
    (ending,) = (
        text
        for key, text in FolderListing(names, (1,) * 9).facts(UID).categories.items()
        if key.name == "endings"
    )
    assert ending == ""


def test_an_empty_folder_has_no_sizes() -> None:
    """Without files only the names of folders and the uid tell anything, and all is finite."""
    facts = FolderListing(folders=("series", "x")).facts(UID)
    assert not [key for key in facts.numbers if key.group is FactGroup.FILES]
    assert np.isfinite(list(facts.numbers.values())).all()
