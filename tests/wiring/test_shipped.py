"""Which store is meant by a name, and shipping one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from neuronetra import open_predictor, wiring
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.adapters.stores.package import PackageStore
from neuronetra.config import Configuration
from neuronetra.errors import OutputError, ReadOnlyStoreError, StoreError, StoreNotFoundError, UsageError
from neuronetra.testing.store_contract import fill
from neuronetra.wiring import STARTER, Wiring
from neuronetra.wiring.shipping import save_card, ship


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that stands in for the shipped one; the working folder holds another ``starter``."""
    package = tmp_path / "installed" / "shipped_for_a_test"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    fill(FolderStore(str(package)), tmp_path / "incoming")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, "shipped_for_a_test", raising=False)
    monkeypatch.setattr(wiring, "SHIPPED", {STARTER: "shipped_for_a_test"})
    (tmp_path / "here" / "starter").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    return package


@pytest.mark.parametrize("named", [None, "starter"])
def test_the_shipped_store_is_the_default(starter: Path, named: str | None) -> None:
    """No name, and the name ``starter``, mean the store inside the package, whatever folder lies here."""
    store = Wiring(Configuration()).store(named)
    assert isinstance(store, PackageStore)
    assert len(store.ensemble().members) == 4


def test_a_configured_store_comes_before_it(starter: Path) -> None:
    """``models`` of a configuration is what no name means, where it stands."""
    assert isinstance(Wiring(Configuration(models="./elsewhere")).store(), FolderStore)
    assert isinstance(Wiring(Configuration(models="starter")).store(), PackageStore)


def test_a_folder_of_that_name_has_its_path(starter: Path) -> None:
    """``./starter``, or a path object, means the folder."""
    assert isinstance(Wiring(Configuration()).store("./starter"), FolderStore)
    with pytest.raises(StoreNotFoundError, match="starter"):
        open_predictor(Path("starter"))


def test_an_installation_without_the_files_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing was shipped, predicting without a store is one clear line."""
    monkeypatch.setattr(wiring, "SHIPPED", {STARTER: "neuronetra.domain"})
    with pytest.raises(StoreNotFoundError, match="--models STORE"):
        open_predictor()


def test_shipping_makes_a_store_or_nothing(starter: Path, tmp_path: Path) -> None:
    """A whole new store; a damaged source leaves no folder, and nothing half-made beside it."""
    shipped = ship(Wiring(Configuration()), str(starter), "out/new")
    assert FolderStore("out/new").ensemble() == shipped
    assert not list(Path("out/new").glob("*.safetensors"))
    for manifest in Path("out/new").glob("tiny*.json"):
        assert set(json.loads(manifest.read_bytes())["sha256"]) == {"onnx"}
    next(starter.glob("*.onnx")).write_bytes(b"fake weights, spoilt")
    with pytest.raises(StoreError):
        ship(Wiring(Configuration()), str(starter), "out/other")
    assert [path.name for path in Path("out").iterdir()] == ["new"]


def test_shipping_replaces_nothing(starter: Path) -> None:
    """What is there already stays; a shipped store's name is not taken for a folder's."""
    Path("full").mkdir()
    Path("full/mine").write_text("mine")
    with pytest.raises(OutputError, match="something already"):
        ship(Wiring(Configuration()), str(starter), "full")
    with pytest.raises(UsageError, match=r"\./starter"):
        ship(Wiring(Configuration()), str(starter), "starter")
    with pytest.raises(OutputError, match="folder that you are in"):
        ship(Wiring(Configuration()), str(starter), ".")
    ship(Wiring(Configuration()), str(starter), "./starter")  # an empty folder
    assert FolderStore("./starter").ensemble()


def test_a_card_is_written_where_a_store_can_be(starter: Path, tmp_path: Path) -> None:
    """A folder takes a card and says where; the shipped store does not."""
    assert save_card(Wiring(Configuration()), str(starter), "# Card").endswith("MODEL_CARD.md")
    assert Wiring(Configuration()).store().card() == "# Card"
    with pytest.raises(ReadOnlyStoreError):
        save_card(Wiring(Configuration()), "starter", "# Another")
