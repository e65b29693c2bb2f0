"""What a store in a folder does beyond its port's promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from neuronetra.adapters.stores.documents import ensemble_bytes, manifest_bytes, manifest_from
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.domain.recipes import V3
from neuronetra.errors import ManifestError, OutputError, StoreNotFoundError
from neuronetra.testing.recipes import tiny_manifest
from neuronetra.testing.store_contract import RECIPE, contents_of, ensemble, files_of, fill, manifests


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(FolderStore(str(tmp_path / "store")), tmp_path / "incoming")
    return tmp_path / "store"


def rewrite(path: Path, **changes: Any) -> None:
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps({**document, **changes}))


def test_files_are_named_after_members(folder: Path) -> None:
    """A store is plain files that a person can tell apart, with nothing half-written among them."""
    stems = {str(manifest.name) for manifest in manifests()}
    expected = {f"{stem}.{kind}" for stem in stems for kind in ("json", "onnx", "safetensors")}
    assert {path.name for path in folder.iterdir()} == {*expected, "ensemble.json"}


def test_no_folder(tmp_path: Path) -> None:
    """A store that is not there says how one is made."""
    store = FolderStore(str(tmp_path / "none"))
    for ask in (store.names, store.ensemble):
        with pytest.raises(StoreNotFoundError, match="models init"):
            ask()


def test_documents_are_the_same_bytes_each_time() -> None:
    """Equal values give equal documents, so that a digest stands for a content."""
    assert manifest_bytes(manifests()[0]) == manifest_bytes(manifests()[0])
    assert ensemble_bytes(ensemble()) == ensemble_bytes(ensemble())


def test_the_shipped_recipe_comes_back_equal(tmp_path: Path) -> None:
    """Recipe v3 read back is recipe v3: what was begun can be held against it and gone on with."""
    manifest = tiny_manifest(V3)
    assert manifest_from(manifest_bytes(manifest), "here").pipeline == V3.pipeline


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 1},
        {"spec": None},
        {"score": "high"},
        {"untrained": True},
        {"score": 0.1},
        {"labels": []},
        {"name": "../../etc/passwd"},
        {"name": "tiny_b_fold0_epoch3_score0.500000"},
        {"out_of_fold": [[0.5, 0.5]]},
        {"pipeline": {}},
        {"training": {"patients": "all of them"}},
    ],
)
def test_a_damaged_manifest_is_refused(folder: Path, changes: dict[str, Any]) -> None:
    """A manifest that lacks, contradicts or misspells something is one typed line that names the file."""
    name = manifests()[0].name
    rewrite(folder / f"{name}.json", **changes)
    with pytest.raises(ManifestError) as caught:
        FolderStore(str(folder)).manifest(name)
    assert f"{name}.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"format": 1}', b"\xff\xfe", b"[" * 100_000]
)
def test_an_ensemble_that_is_no_document_is_refused(folder: Path, content: bytes) -> None:
    """Whatever stands in ensemble.json, the error is typed and names it."""
    (folder / "ensemble.json").write_bytes(content)
    with pytest.raises(ManifestError, match=r"ensemble\.json"):
        FolderStore(str(folder)).ensemble()


def test_changed_preprocessing_is_refused(folder: Path) -> None:
    """Steps that do not give their recorded sha256 are never applied."""
    name = manifests()[0].name
    document = json.loads((folder / f"{name}.json").read_bytes())
    document["pipeline"]["preprocessing"][0]["windows"]["CTA"] = [40.0, 80.0]
    (folder / f"{name}.json").write_text(json.dumps(document))
    with pytest.raises(ManifestError, match="preprocessing disagrees"):
        FolderStore(str(folder)).manifest(name)


def test_a_file_of_another_name_is_refused(folder: Path) -> None:
    """A document that is no member's does not become one."""
    (folder / "tiny_a_fold0.json").write_text("{}")
    with pytest.raises(ManifestError):
        FolderStore(str(folder)).names()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the folder should be is an output error, and nothing is taken over."""
    (tmp_path / "store").write_text("in the way")
    manifest = tiny_manifest(RECIPE)
    files = files_of(tmp_path / "given", contents_of(manifest))
    with pytest.raises(OutputError):
        FolderStore(str(tmp_path / "store")).save(manifest, files)
    assert all(Path(path).exists() for path in files.values())
