"""A store held against its manifests."""

from __future__ import annotations

import pytest

from neuronetra.app.verify_store import verify_store
from neuronetra.errors import StoreNotFoundError
from neuronetra.testing.fakes import MemoryStore, tiny_recipe

RECIPE = tiny_recipe(architectures=1, folds=3)


def problems(store: MemoryStore) -> dict[str, str]:
    return {check.what: check.problem for check in verify_store(store)}


def test_a_store_that_is_well() -> None:
    """The ensemble and every file are looked at, and nothing is wrong."""
    store = MemoryStore.filled(RECIPE)
    assert problems(store) == {
        "ensemble": "",
        **{f"{name}.{kind}": "" for name in store.names() for kind in ("json", "onnx")},
    }


def test_everything_wrong_is_told_at_once() -> None:
    """A spoilt file, a lost one and a damaged manifest are each named; the rest is still looked at."""
    store = MemoryStore.filled(tiny_recipe(architectures=1, folds=4))
    spoilt, lost, damaged, well = map(str, store.names())
    store.contents[f"memory:{spoilt}.onnx"] += b"!"
    del store.contents[f"memory:{lost}.onnx"]
    store.manifests[damaged]["labels"] = ()
    found = problems(store)
    assert "labels" in found["ensemble"]
    assert "sha256" in found[f"{spoilt}.onnx"]
    assert "no onnx file" in found[f"{lost}.onnx"]
    assert "labels" in found[f"{damaged}.json"]
    assert found[f"{well}.onnx"] == ""
    assert all("\n" not in problem for problem in found.values())


def test_a_changed_manifest_is_the_ensembles_problem() -> None:
    """A member that is not the one chosen is well in itself, but the ensemble is not."""
    store = MemoryStore.filled(RECIPE)
    store.manifests[str(store.names()[0])]["training"] = {"seed": 2}
    found = problems(store)
    assert [what for what, problem in found.items() if problem] == ["ensemble"]


def test_a_store_that_is_not_there() -> None:
    """Without a store there is nothing to look at."""

    class Nowhere(MemoryStore):
        def names(self) -> tuple:  # type: ignore[type-arg]
            raise StoreNotFoundError("no such model store")

    with pytest.raises(StoreNotFoundError):
        list(verify_store(Nowhere()))
