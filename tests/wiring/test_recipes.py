"""Recipes by name and by file."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from neuronetra.config import Configuration
from neuronetra.domain.prepared import Kept
from neuronetra.domain.recipes import RECIPES
from neuronetra.errors import ConfigError, UsageError
from neuronetra.testing.command_line import NONE_DONE, run
from neuronetra.wiring import Wiring
from neuronetra.wiring.preparation import CohortPreparation
from neuronetra.wiring.recipes import recipe_at

EXAMPLE = Path(__file__).parents[2] / "examples/recipes/swin-384.toml"


@pytest.mark.parametrize("name", list(RECIPES))
def test_shipped_names(name: str) -> None:
    """Each gives its recipe."""
    assert recipe_at(name) is RECIPES[name]


def test_a_file(tmp_path: Path) -> None:
    """What ends in .toml is read."""
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nfolds = 2\n')
    assert (recipe_at(str(path)).name, recipe_at(str(path)).folds) == ("mine", 2)


@pytest.mark.parametrize("name", ["v9", "", "V3", "v3.tom", "../v3"])
def test_other_names(name: str) -> None:
    """One line that says what there is."""
    with pytest.raises(UsageError, match=r"v1, v2, v3, starter, or a file that ends in \.toml"):
        recipe_at(name)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"name = ", "not TOML"),
        (b'name = "a"\nname = "b"', "not TOML"),
        (b"\xff\xfe", "not a text file"),
        (b"folds = " + b"1" * 5000, "not TOML"),
        (b"x = " + b"[" * 5000, "not TOML"),
        (b"folds = 3", "without a name"),
    ],
)
def test_files_that_are_no_recipes(tmp_path: Path, content: bytes, word: str) -> None:
    """Each is one line that names the file."""
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=word) as caught:
        recipe_at(str(path))
    assert "mine.toml" in str(caught.value)


@pytest.mark.parametrize("path", ["nowhere.toml", "\0.toml", "x" * 5000 + ".toml"])
def test_files_that_are_not_there(path: str) -> None:
    """Whatever the system says of their name."""
    with pytest.raises(ConfigError, match=r"cannot be read|not a text file"):
        recipe_at(path)


def test_prepare_takes_a_file(tmp_path: Path) -> None:
    """And says in one line what is wrong in it, before any work."""
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nimage_siz = 48\n')
    done = run("prepare", tmp_path, tmp_path / "out", "--recipe", path)
    assert done.returncode == NONE_DONE
    assert "did you mean 'image_size'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_workers_are_sent_the_recipe(tmp_path: Path) -> None:
    """A recipe of one's own is known in other processes too."""
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nimage_size = 48\n')
    preparation = CohortPreparation(
        Wiring(Configuration()), str(tmp_path), recipe_at(str(path)), Kept.ALL, bytes(32)
    )
    sent = pickle.loads(pickle.dumps(preparation.work))  # noqa: S301 - its own
    assert sent.recipe == recipe_at(str(path))
    assert sent.preparer().pipeline.preprocessing.size == (48, 48)


def test_the_example() -> None:
    """Five folds, 384 pixels, a Swin member, turned and enlarged views, half precision."""
    found = recipe_at(str(EXAMPLE))
    assert (found.folds, found.precision) == (5, "float16")
    assert found.pipeline.preprocessing.size == (384, 384)
    assert [a.name for a in found.architectures] == ["effnetv2s", "convnext_tiny", "swin_tiny"]
    assert any(view.angle and view.scale != 1 for view in found.views)
