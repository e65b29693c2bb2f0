"""A store to give away holds the chosen members and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from neuronetra.adapters.disk.atomic import copy_file
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.app.ship_store import ship_store
from neuronetra.app.verify_store import verify_store
from neuronetra.domain.checkpoints import EnsembleMember
from neuronetra.errors import IntegrityError, MissingMemberError
from neuronetra.testing.recipes import FAKE_WEIGHTS, tiny_manifest
from neuronetra.testing.store_contract import RECIPE, ensemble, fill, manifests


@pytest.fixture
def source(tmp_path: Path) -> FolderStore:
    """The contract's store, with a member that is not chosen and a card."""
    store = FolderStore(str(tmp_path / "source"))
    fill(store, tmp_path / "incoming")
    other = tmp_path / "other.onnx"
    other.write_bytes(FAKE_WEIGHTS)
    store.save(tiny_manifest(RECIPE, 0, 9, 0.4), {"onnx": str(other)})
    store.save_card("# Card")
    return store


def _ship(source: FolderStore, tmp_path: Path) -> FolderStore:
    def copied(path: str) -> str:
        copy_file(Path(path), tmp_path / "copy")
        return str(tmp_path / "copy")

    target = FolderStore(str(tmp_path / "target"))
    ship_store(source, target, copied)
    return target


def test_chosen_members_their_onnx_and_the_card(source: FolderStore, tmp_path: Path) -> None:
    """Nothing but these is there, every file that a manifest names is there, and the choice is the same."""
    target = _ship(source, tmp_path)
    chosen = {str(manifest.name) for manifest in manifests()}
    expected = {f"{name}.{kind}" for name in chosen for kind in ("json", "onnx")}
    assert {path.name for path in (tmp_path / "target").iterdir()} == {
        *expected,
        "ensemble.json",
        "MODEL_CARD.md",
    }
    assert [check.what for check in verify_store(target) if check.problem] == []
    assert target.card() == "# Card"
    for before, after in zip(source.ensemble().members, target.ensemble().members, strict=True):
        assert (before.name, before.weight) == (after.name, after.weight)


def test_the_source_is_left_as_it_was(source: FolderStore, tmp_path: Path) -> None:
    """Shipping copies: the store that was trained keeps every file."""
    before = {path.name: path.read_bytes() for path in (tmp_path / "source").iterdir()}
    _ship(source, tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "source").iterdir()} == before


def test_a_damaged_file_is_not_shipped(source: FolderStore, tmp_path: Path) -> None:
    """One changed byte stops it."""
    (tmp_path / "source" / f"{manifests()[1].name}.onnx").write_bytes(FAKE_WEIGHTS + b"changed")
    with pytest.raises(IntegrityError):
        _ship(source, tmp_path)


def test_a_member_without_onnx_is_named(source: FolderStore, tmp_path: Path) -> None:
    """A chosen member that was never exported is said to lack its file."""
    (tmp_path / "source" / f"{manifests()[2].name}.onnx").unlink()
    with pytest.raises(MissingMemberError, match=str(manifests()[2].name)):
        _ship(source, tmp_path)


def test_what_spoils_on_the_way_is_noticed(source: FolderStore, tmp_path: Path) -> None:
    """A copy that is not the original's bytes is never taken for it."""

    def spoilt(path: str) -> str:
        (tmp_path / "copy").write_bytes(FAKE_WEIGHTS + b"spoilt")
        return str(tmp_path / "copy")

    with pytest.raises(IntegrityError):
        ship_store(source, FolderStore(str(tmp_path / "target")), spoilt)


def test_weights_and_temperatures_go_with_it(source: FolderStore, tmp_path: Path) -> None:
    """What the members are combined by is shipped with them."""
    given = evolve(ensemble(), why="by hand")
    source.save_ensemble(given)
    shipped = _ship(source, tmp_path).ensemble()
    assert (shipped.temperatures, shipped.why) == (given.temperatures, "by hand")
    assert isinstance(shipped.members[0], EnsembleMember)
