"""The folder of a prepared cohort: who may be in it together, and what is tidied up when."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from neuronetra.adapters.frame_stores.prepared_folder import PreparedFolder
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.prepared import Kept
from neuronetra.domain.prepared_manifest import PreparationPlan
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING
from neuronetra.domain.shards import Shard
from neuronetra.errors import OutputError

PLAN = PreparationPlan("v3", FOUNDING_PREPROCESSING, Kept.ALL, "pydicom")
MANIFEST: dict[str, Any] = PLAN.manifest(LabelledSet((), "0" * 64), bytes(32))


def leftovers(folder: Path) -> list[Path]:
    """What killed runs leave: a series half made, a table half written, locks that nobody holds."""
    made = folder / "frames" / ".making-123-abcd"
    made.mkdir(parents=True)
    (made / "0000.png").write_bytes(b"half")
    files = [folder / name for name in (".lock", ".lock-2-of-3", ".lock-tables", ".cohort.csv.12ab34cd.part")]
    for path in files:
        path.touch()
    return [made, *files]


def test_leftovers_are_removed_before_and_after(tmp_path: Path) -> None:
    """Those of earlier runs and of this one's own dead workers: in the end the manifest alone is there."""
    before = leftovers(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST, indent=1) + "\n")
    with PreparedFolder(str(tmp_path)).opened(MANIFEST, Shard()):
        assert [path for path in before if path.exists() and path.name != ".lock"] == []
        (tmp_path / "frames" / ".making-9-ffff").mkdir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frames", "manifest.json"]
    assert not list((tmp_path / "frames").iterdir())
    assert json.loads((tmp_path / "manifest.json").read_text()) == MANIFEST


def test_what_another_shard_makes_is_left_alone(tmp_path: Path) -> None:
    """A half-made series may be one that is being made; the last shard to leave tidies up."""
    folder = PreparedFolder(str(tmp_path))
    with folder.opened(MANIFEST, Shard(1, 2)):
        made = tmp_path / "frames" / ".making-9-ffff"
        made.mkdir(parents=True)
        with folder.opened(MANIFEST, Shard(2, 2)):
            assert made.exists()
        assert made.exists()
    assert not made.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frames", "manifest.json"]


def test_shards_that_begin_at_once(tmp_path: Path) -> None:
    """None is refused because another is tidying up or writing the manifest at that moment."""
    errors: list[Exception] = []

    def begin(number: int) -> None:
        try:
            with PreparedFolder(str(tmp_path)).opened(MANIFEST, Shard(number, 8)):
                pass
        except OutputError as error:
            errors.append(error)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_a_manifest_that_is_none(tmp_path: Path) -> None:
    """Another program's manifest is not overwritten."""
    for content in ("{}", "[1]", "no JSON"):
        (tmp_path / "manifest.json").write_text(content)
        with (
            pytest.raises(OutputError, match="not the manifest of prepared frames"),
            PreparedFolder(str(tmp_path)).opened(MANIFEST, Shard()),
        ):
            raise AssertionError("opened")
        assert (tmp_path / "manifest.json").read_text() == content


def test_nothing_of_anothers_is_tidied_up(tmp_path: Path) -> None:
    """Files that look like leftovers stay where the folder is none of ours, or the file is none of our tables."""
    (tmp_path / "manifest.json").write_text("{}")
    theirs = [*leftovers(tmp_path), tmp_path / "manifest.json"]
    with pytest.raises(OutputError), PreparedFolder(str(tmp_path)).opened(MANIFEST, Shard()):
        raise AssertionError("opened")
    assert all(path.exists() for path in theirs)
    download = tmp_path / "downloads" / ".film.mkv.part"
    download.parent.mkdir()
    download.touch()
    with pytest.raises(OutputError, match="not empty"):
        PreparedFolder(str(download.parent)).require_ours()


def test_what_is_said_of_the_cohort_is_kept_up_to_date(tmp_path: Path) -> None:
    """Notes of a run that met a cohort half copied do not outlive it: the manifest is that of the last run."""
    folder = PreparedFolder(str(tmp_path))
    for notes in (["half of it is missing"], []):
        with folder.opened({**MANIFEST, "notes": notes}, Shard()):
            pass
        assert json.loads((tmp_path / "manifest.json").read_text()) == {**MANIFEST, "notes": notes}


@pytest.mark.parametrize("content", ["nonsense", "SeriesInstanceUID,reason\n1,2,3\n"])
def test_a_table_of_failures_that_is_damaged(content: str, tmp_path: Path) -> None:
    """It is as if nothing had failed: what failed will fail again."""
    (tmp_path / "failures.csv").write_text(content)
    assert PreparedFolder(str(tmp_path)).failures() == {}
