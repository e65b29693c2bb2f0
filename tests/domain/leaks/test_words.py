"""Words of names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.leaks.facts import FactGroup
from neuronetra.domain.leaks.words import LONGEST, MOST, SeriesNames, words_of

UID = "1.2.840.113.77"


def _words(**names: object) -> set[str]:
    return {key.name for key in SeriesNames(UID, **names).words()}  # type: ignore[arg-type]


def test_words_are_runs_of_letters_or_digits() -> None:
    """Underscores, dots, and the border of letters and digits part words."""
    assert words_of("pos_12a.DCM-Ärzte") == ["pos", "12", "a", "DCM", "Ärzte"]


def test_a_label_beside_the_uid_is_a_word() -> None:
    """A folder named by uid and label, or below the label's, gives the label; the uid gives none."""
    assert {"folder word: pos"} == {w for w in _words(folders=(f"{UID}_pos",)) if "folder" in w}
    assert "folder word: positive" in _words(folders=("series", "positive", UID))
    assert "link target word: aneurysm" in _words(folders=(UID,), target=("aneurysm", "7"))


def test_parts_of_the_uid_are_words_of_their_own_kind() -> None:
    """A part that several uids share can be found."""
    assert _words() == {f"uid part: {part}" for part in UID.split(".")}


def test_numbers_of_files_count_where_all_share_them() -> None:
    """A number in every file's name is a word, one that counts the files is not; letters always are."""
    files = [f"scan_9_{number:03d}_{'ab'[number % 2]}.dcm" for number in range(4)]
    assert {w for w in _words(files=files) if w.startswith("file")} == {
        f"file word: {word}" for word in ("scan", "9", "a", "b", "dcm")
    }


@given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=60), max_size=8))
def test_any_names_give_few_short_words(folders: list[str], files: list[str]) -> None:
    """Whatever names hold, words are bounded in number and length, and marked as coming from the data."""
    words = SeriesNames(UID, folders, folders, files).words()
    assert len(words) <= 4 * MOST
    for key in words:
        assert key.secret
        assert key.group is FactGroup.PATH
        assert len(key.name.partition(": ")[2]) <= LONGEST
