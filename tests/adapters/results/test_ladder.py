from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from neuronetra.adapters.results.evaluation_page import evaluation_page
from neuronetra.adapters.results.evaluation_table import evaluation_table
from neuronetra.adapters.results.ladder_cache import LadderCache
from neuronetra.adapters.results.ladder_page import ladder_page
from neuronetra.adapters.results.ladder_table import ladder_table
from neuronetra.app.ensemble import OpenEnsemble, OpenMembers
from neuronetra.app.evaluate import Evaluator
from neuronetra.app.evaluate_models import ModelEvaluator
from neuronetra.app.ladder import Ladder, members_of
from neuronetra.app.score_members import MemberScorer
from neuronetra.app.score_members_looks import FrameLooks
from neuronetra.domain.ladder import SEEN, rungs_of
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE, SYNTHETIC_NOTICE
from neuronetra.domain.out_of_fold_rows import Part
from neuronetra.testing.fakes import FakeRuntime, tiny_recipe
from neuronetra.testing.scored_cohort import KEY, Folds, frames_of, labelled

RECIPE, COHORT = tiny_recipe(), labelled(60)
STORE = Folds(RECIPE, COHORT).store((1, 2))
FRAMES = frames_of(COHORT, RECIPE)


def part(first: int = 0, count: int = 3) -> Part:
    chance = np.random.default_rng(first)
    rows = chance.random((count, 2, 14)).astype(np.float32).astype(np.float64)
    rows[1] = np.nan
    empty = np.full((count, 2, 14), np.nan)
    sides = np.array([True, False, True][:count])
    uids = tuple(f"1.{first + number}" for number in range(count))
    return Part(
        uids, {"a_fold0 abc": rows, "nobody": empty}, sides, {"a_fold0": (1.5, 6), "reading": (2.0, 3)}
    )


def test_parts_come_back_as_they_went(tmp_path: Path) -> None:
    """What was kept is given again to the last bit, by another process too; members that gave nothing are not kept."""
    cache = LadderCache(str(tmp_path / "cache"))
    assert list(cache.parts()) == []
    cache.add(part())
    cache.add(part(10))
    found = {one.uids: one for one in LadderCache(str(tmp_path / "cache")).parts()}
    assert set(found) == {part().uids, part(10).uids}
    for expected in (part(), part(10)):
        one = found[expected.uids]
        assert set(one.rows) == {"a_fold0 abc"}
        np.testing.assert_array_equal(one.rows["a_fold0 abc"], expected.rows["a_fold0 abc"])
        np.testing.assert_array_equal(one.laterality_known, expected.laterality_known)
        assert one.seconds == expected.seconds


@pytest.mark.parametrize("spoil", [b"", b"nonsense", b"PK\x03\x04 cut", None])
def test_a_damaged_file_counts_for_nothing(tmp_path: Path, spoil: bytes | None) -> None:
    """Empty, foreign or cut files are passed over, and the others are read."""
    cache = LadderCache(str(tmp_path))
    cache.add(part())
    (whole,) = tmp_path.glob("*.npz")
    content = whole.read_bytes()
    (tmp_path / "bad.npz").write_bytes(content[: len(content) // 2] if spoil is None else spoil)
    assert [one.uids for one in cache.parts()] == [part().uids]


@pytest.mark.parametrize(("place", "value"), [(4, 99), (8, 12), (6, 1), (6, 32)])
def test_wrong_bits_in_a_zip_s_list_count_for_nothing(tmp_path: Path, place: int, value: int) -> None:
    """An entry that claims another zip version, a compression that is unknown, or encryption is a damaged file."""
    cache = LadderCache(str(tmp_path))
    cache.add(part())
    (whole,) = tmp_path.glob("*.npz")
    content = bytearray(whole.read_bytes())
    content[content.index(b"PK\x01\x02") + 2 + place] = value
    whole.write_bytes(content)
    assert list(cache.parts()) == []


def ladder_document() -> dict[str, object]:
    rungs = rungs_of(RECIPE, STORE.names(), 0)
    manifests = {name: STORE.manifest(name) for rung in rungs for name in rung.members}
    recipe = tiny_recipe(views=SEEN)
    with OpenMembers(STORE, FakeRuntime(), recipe, members_of(RECIPE, rungs, manifests)) as members:
        scorer = MemberScorer(FrameLooks(FRAMES), members)
        return Ladder(RECIPE, rungs, scorer, KEY, 0, 20).climb(COHORT).as_document()


def evaluation_document() -> dict[str, object]:
    with OpenEnsemble(STORE, FakeRuntime()) as members:
        model = ModelEvaluator(Evaluator(20), STORE, members, FrameLooks(FRAMES), KEY)
        return model.evaluate(COHORT).as_document()


def test_the_ladder_as_text_says_what_is_in_it() -> None:
    """Rungs, baselines, steps in words, what was published and that all is synthetic."""
    text = ladder_table(ladder_document())
    for wanted in (
        "v1",
        "v2",
        "v3, unswapped",
        "Baseline by modality, age, sex",
        "0.6084",
        "not measured here",
    ):
        assert wanted in text
    assert "v2 against v1:" in text
    assert SYNTHETIC_NOTICE in text
    assert SYNTHETIC_MODEL_NOTICE in text


def test_the_ladder_as_a_page_is_whole() -> None:
    """Every tag is closed, nothing is fetched, and figures and sentences stand in it."""
    html = ladder_page(ladder_document())
    _require_closed(html)
    for wanted in (
        "What each step is worth",
        "v3 against v2:",
        "Baseline by modality",
        SYNTHETIC_NOTICE,
        "0.6084",
    ):
        assert wanted in html
    assert 'src="http' not in html


def test_the_ladder_says_what_the_choice_flatters() -> None:
    """Beside rungs of best epochs stand those chosen otherwise, in the table and on the page."""
    document = {**ladder_document(), "epoch_choice": evaluation_document()["epoch_choice"]}
    for text in (ladder_table(document), ladder_page(document)):
        assert "Epoch chosen on the other folds" in text
    plain = {**document, "epoch_choice": None}
    assert "Epoch chosen on the other folds" not in ladder_table(plain) + ladder_page(plain)


def test_an_evaluation_says_who_scored() -> None:
    """Members, the choice of the epoch and that the model is of made-up heads: in the table and on the page."""
    document = evaluation_document()
    for text in (evaluation_table(document), evaluation_page(document)):
        assert "within groups it is" in text
        assert "20 series scored by 2 members: tiny_a_fold" in text
        assert "Epoch chosen on the other folds" in text
        assert "mean of all architectures" in text
        assert SYNTHETIC_MODEL_NOTICE in text
    _require_closed(evaluation_page(document))


def test_without_epochs_nothing_is_said_of_their_choice() -> None:
    """A document without a choice has neither table nor section of it."""
    document = {**evaluation_document(), "epoch_choice": None}
    assert "choice of the epoch" not in evaluation_table(document)
    assert "choice of the epoch" not in evaluation_page(document)


def _require_closed(html: str) -> None:
    open_tags: list[str] = []
    void = {"meta", "br", "img", "link", "hr", "input", "col"}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in void:
                open_tags.append(tag)

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            """Closed at once."""

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Reader().feed(html)
    assert not open_tags
