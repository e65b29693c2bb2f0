"""Model cards in stores: read as text, replaced whole, and never more than a card."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.adapters.stores.folder import LARGEST_CARD, FolderStore
from neuronetra.adapters.stores.package import PackageStore
from neuronetra.errors import ReadOnlyStoreError, StoreError, StoreNotFoundError
from neuronetra.testing.memory_store import MemoryStore
from neuronetra.testing.store_contract import fill

CARD = "# Karte – Größe\n\n| a | b |\n"


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_a_card_comes_back_as_it_was_saved(tmp_path: Path, kind: str) -> None:
    """The last card saved is the one read, letter for letter; members are untouched."""
    store = FolderStore(str(tmp_path / "store")) if kind == "folder" else MemoryStore()
    assert store.card() == ""
    store.save_card("an earlier one")
    assert store.save_card(CARD).endswith("MODEL_CARD.md")
    assert store.card() == CARD
    assert store.names() == ()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (LARGEST_CARD + 1)])
def test_what_is_no_card_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no text, or far too many, are one typed line that names the file."""
    (tmp_path / "MODEL_CARD.md").write_bytes(content)
    with pytest.raises(StoreError, match=r"MODEL_CARD\.md"):
        FolderStore(str(tmp_path)).card()


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    """A folder called like the card is an error of one line."""
    (tmp_path / "MODEL_CARD.md").mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        FolderStore(str(tmp_path)).card()


def test_a_package_gives_its_card_and_takes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card that was shipped can be read; nothing installed can be rewritten."""
    package = tmp_path / "carded_models"
    package.mkdir()
    (package / "__init__.py").write_text("")
    fill(FolderStore(str(package)), tmp_path / "incoming")
    (package / "MODEL_CARD.md").write_text(CARD, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    store = PackageStore("carded_models")
    assert store.card() == CARD
    with pytest.raises(ReadOnlyStoreError):
        store.save_card("another")
    assert store.card() == CARD


def test_a_package_without_models_says_how_to_go_on() -> None:
    """An installation that lacks the files names what may be done about it."""
    with pytest.raises(StoreNotFoundError, match="--models STORE"):
        PackageStore("neuronetra.domain")
