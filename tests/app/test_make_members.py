"""Members made from nothing, brought along and exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.app.make_members import MemberMaker
from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.errors import ExportError, MissingMemberError, StoreError, UsageError
from neuronetra.testing.fakes import FakeExporter, FakeRuntime, MemoryStore, tiny_manifest, tiny_recipe

RECIPE = tiny_recipe(architectures=2, folds=2)


def maker(tmp_path: Path, store: MemoryStore, exporter: FakeExporter, drift: float = 0.0) -> MemberMaker:
    runtimes = FakeRuntime("safetensors"), FakeRuntime("onnx", drift=drift)
    return MemberMaker(store, exporter, *runtimes, folder=str(tmp_path))


def seeds(exporter: FakeExporter) -> dict[str, int | str]:
    return {name: seed for step, name, seed in exporter.made if step == "initialise"}


def test_an_untrained_store(tmp_path: Path) -> None:
    """Every slot gets a member of both kinds of weights that says untrained; all are chosen."""
    store, exporter, steps = MemoryStore(), FakeExporter(), []
    ensemble = maker(tmp_path, store, exporter).initialise(RECIPE, 7, lambda *step: steps.append(step))
    assert [str(name) for name in store.names()] == [
        f"tiny_{letter}_fold{fold}_epoch0_score0.000000" for letter in "ab" for fold in (0, 1)
    ]
    for name in store.names():
        manifest = store.manifest(name)
        assert (manifest.untrained, manifest.training["seed"]) == (True, 7)
        assert manifest.spec.modalities is None
        for kind in ("onnx", "safetensors"):
            store.verify(store.load(name, kind))
    assert [member.name for member in ensemble.members] == list(store.names())
    assert "untrained, seed 7" in ensemble.why
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert list(tmp_path.iterdir()) == []


def test_seeds_differ_between_members_and_return(tmp_path: Path) -> None:
    """Each member has a seed of its own that follows from the store's alone."""
    first, again, other = FakeExporter(), FakeExporter(), FakeExporter()
    for exporter, seed in ((first, 1), (again, 1), (other, 2)):
        maker(tmp_path, MemoryStore(), exporter).initialise(RECIPE, seed)
    assert len(set(seeds(first).values())) == 4
    assert seeds(again) == seeds(first)
    assert not set(seeds(first).values()) & set(seeds(other).values())


def test_a_store_that_was_begun_is_gone_on_with(tmp_path: Path) -> None:
    """Members that are whole are kept; only what is missing is made."""
    store, exporter = MemoryStore(), FakeExporter()
    maker(tmp_path, store, exporter).initialise(RECIPE, 1)
    lost = str(store.names()[2])
    expected = seeds(exporter)[lost]
    del store.manifests[lost]
    exporter.made.clear()
    maker(tmp_path, store, exporter).initialise(RECIPE, 1)
    assert seeds(exporter) == {lost: expected}
    assert len(store.ensemble().members) == 4


def test_another_store_is_not_overwritten(tmp_path: Path) -> None:
    """Members of another seed, recipe or training are not taken for one's own, nor replaced."""
    for store in (
        MemoryStore.filled(RECIPE, [tiny_manifest(RECIPE, 0, 3, 0.7)]),
        MemoryStore.filled(RECIPE),
        MemoryStore.filled(tiny_recipe(size=(8, 8))),
    ):
        before, exporter = store.names(), FakeExporter()
        with pytest.raises(StoreError, match="not made this way"):
            maker(tmp_path, store, exporter).initialise(RECIPE, 1)
        assert store.names() == before
        assert exporter.made == []


def test_an_export_that_disagrees_is_not_kept(tmp_path: Path) -> None:
    """Nothing of a member is saved whose exported network gives other scores."""
    store = MemoryStore()
    with pytest.raises(ExportError):
        maker(tmp_path, store, FakeExporter(), drift=0.01).initialise(RECIPE, 1)
    assert store.names() == ()


def test_weights_brought_along(tmp_path: Path) -> None:
    """The name tells architecture, fold and score; the manifest says that it was imported."""
    store, exporter = MemoryStore(), FakeExporter()
    name = CheckpointName("tiny_b", 1, 8, 0.608421)
    manifest = maker(tmp_path, store, exporter).bring(name, RECIPE, "given.pth")
    assert (manifest.name, manifest.score, manifest.untrained) == (name, 0.608421, False)
    assert store.manifest(name).training == {"imported": True}
    assert exporter.made[0] == ("convert", str(name), "given.pth")
    with pytest.raises(UsageError, match="tiny_a or tiny_b"):
        maker(tmp_path, store, exporter).bring(CheckpointName("other", 0, 0, 0.5), RECIPE, "given.pth")
    with pytest.raises(UsageError, match="no such fold"):
        maker(tmp_path, store, exporter).bring(
            CheckpointName("tiny_a", RECIPE.folds, 1, 0.5), RECIPE, "given.pth"
        )


def test_export_adds_what_is_missing(tmp_path: Path) -> None:
    """The portable network of a member is made from its weights, checked, and added to them."""
    store = MemoryStore.filled(RECIPE, kind="safetensors")
    name = store.names()[0]
    made = maker(tmp_path, store, FakeExporter(), drift=5e-5).export([name])
    assert list(made) == [str(name)]
    assert made[str(name)] == pytest.approx(5e-5, rel=0.01)
    for kind in ("onnx", "safetensors"):
        store.verify(store.load(name, kind))
    with pytest.raises(MissingMemberError):
        store.load(store.names()[1], "onnx")


def test_what_was_chosen_stays_chosen(tmp_path: Path) -> None:
    """An export changes manifests; the ensemble still loads, with the same members, also if one fails."""
    store = MemoryStore.filled(RECIPE, kind="safetensors")
    before, names = store.ensemble(), store.names()
    store.contents[f"memory:{names[2]}.safetensors"] += b"!"
    with pytest.raises(StoreError, match="sha256"):
        maker(tmp_path, store, FakeExporter()).export(names)
    after = store.ensemble()
    assert [member.name for member in after.members] == [member.name for member in before.members]
    assert after.digest != before.digest


def test_export_before_anything_is_chosen(tmp_path: Path) -> None:
    """A store without an ensemble can be exported, and still has none."""
    store = MemoryStore.filled(RECIPE, kind="safetensors")
    store.chosen = None
    assert len(maker(tmp_path, store, FakeExporter()).export(store.names())) == 4
    assert store.chosen is None


def test_export_where_a_chosen_member_is_gone(tmp_path: Path) -> None:
    """Others are exported all the same, so that they can be chosen in its place."""
    store = MemoryStore.filled(RECIPE, kind="safetensors")
    del store.manifests[str(store.names()[0])]
    with pytest.raises(MissingMemberError):
        store.ensemble()
    assert len(maker(tmp_path, store, FakeExporter()).export(store.names())) == 3


def test_spoilt_weights_are_not_exported(tmp_path: Path) -> None:
    """What is exported is what the manifest records, or nothing is."""
    store, exporter = MemoryStore.filled(RECIPE, kind="safetensors"), FakeExporter()
    name = store.names()[0]
    store.contents[f"memory:{name}.safetensors"] += b"!"
    with pytest.raises(StoreError, match="sha256"):
        maker(tmp_path, store, exporter).export([name])
    assert exporter.made == []
