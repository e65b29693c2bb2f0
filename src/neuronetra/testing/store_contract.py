"""What every ``CheckpointStore`` promises, as tests: subclass and say how one is made and spoilt."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from neuronetra.domain.checkpoints import CheckpointName, Ensemble, EnsembleMember, Manifest
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.locations import LABELS
from neuronetra.errors import (
    IntegrityError,
    ManifestError,
    MissingMemberError,
    ReadOnlyStoreError,
    StoreNotFoundError,
)
from neuronetra.ports import CheckpointStore
from neuronetra.testing.recipes import FAKE_WEIGHTS, tiny_manifest, tiny_recipe

SHA256 = re.compile(r"[0-9a-f]{64}")
RECIPE = tiny_recipe(architectures=2, folds=2, policy=EnsemblePolicy.WEIGHTED_MEAN)
SCORES = (0.7, 0.65, 0.5, 0.612345)
KINDS = ("onnx", "safetensors")


def contents_of(manifest: Manifest) -> dict[str, bytes]:
    """Weights of each kind for a member of the contract's stores."""
    return {kind: FAKE_WEIGHTS + f"{manifest.name} {kind}".encode() for kind in KINDS}


def manifests() -> list[Manifest]:
    """The members of the contract's stores: one per slot of ``RECIPE``, trained."""
    seen = np.linspace(0.0, 1.0, 3 * len(LABELS)).reshape(3, len(LABELS))
    training = {"series": {"CTA": 3, "T2": 1}, "prevalence": {"CTA": [0.1] * len(LABELS)}}
    return [
        evolve(tiny_manifest(RECIPE, slot, slot + 1, score), training=training, out_of_fold=seen)
        for slot, score in enumerate(SCORES)
    ]


def ensemble() -> Ensemble:
    """All members, weighted by their scores, with temperatures."""
    members = tuple(EnsembleMember(m.name, "", m.score) for m in manifests())
    return Ensemble(RECIPE, members, "all four", (1.5,) * len(LABELS))


def files_of(folder: Path, contents: Mapping[str, bytes]) -> dict[str, str]:
    """``contents`` as files that a store may take over."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, content in contents.items():
        (folder / f"weights.{kind}").write_bytes(content)
    return {kind: str(folder / f"weights.{kind}") for kind in contents}


def fill(store: CheckpointStore, folder: Path) -> None:
    """Save the contract's members, in no order, and its ensemble."""
    for manifest in reversed(manifests()):
        store.save(manifest, files_of(folder, contents_of(manifest)))
    store.save_ensemble(ensemble())


def require_equal(found: Manifest, expected: Manifest) -> None:
    """Every field but the hashes, which a store adds."""
    for name in ("name", "spec", "pipeline", "score", "labels", "training"):
        assert getattr(found, name) == getattr(expected, name), name
    assert (found.out_of_fold is None) == (expected.out_of_fold is None)
    if found.out_of_fold is not None and expected.out_of_fold is not None:
        assert np.array_equal(found.out_of_fold, expected.out_of_fold)


class ReadableStoreContract(ABC):
    """What every store promises, one that cannot be written to as well."""

    @abstractmethod
    def make_filled(self, folder: Path) -> CheckpointStore:
        """A store with the contract's members and ensemble; ``fill`` does it for one that can be written."""

    @abstractmethod
    def spoil_weights(self, store: CheckpointStore, name: CheckpointName, kind: str) -> None:
        """Change one byte of a member's weights behind the store's back."""

    @abstractmethod
    def spoil_labels(self, store: CheckpointStore, name: CheckpointName) -> None:
        """Exchange the first two label names in a member's manifest behind the store's back."""

    @abstractmethod
    def lose_member(self, store: CheckpointStore, name: CheckpointName) -> None:
        """Take a member's manifest away behind the store's back."""

    @pytest.fixture
    def filled(self, tmp_path: Path) -> CheckpointStore:
        """A store with the contract's content."""
        return self.make_filled(tmp_path / "filled")

    def test_is_a_checkpoint_store(self, filled: CheckpointStore) -> None:
        """The store has the port's methods."""
        assert isinstance(filled, CheckpointStore)

    def test_names_are_sorted_and_complete(self, filled: CheckpointStore) -> None:
        """Every member is named once, in order, the ensemble's or not."""
        assert filled.names() == tuple(sorted(manifest.name for manifest in manifests()))

    def test_manifests_come_back_as_they_were(self, filled: CheckpointStore) -> None:
        """Network, preprocessing, scores, training and out-of-fold scores survive; a sha256 is added."""
        for expected in manifests():
            found = filled.manifest(expected.name)
            require_equal(found, expected)
            assert set(found.sha256) == set(KINDS)
            assert all(SHA256.fullmatch(value) for value in found.sha256.values())

    def test_ensemble_comes_back_as_it_was(self, filled: CheckpointStore) -> None:
        """Recipe, members, weights, temperatures and reason survive; manifests are bound by sha256."""
        found, expected = filled.ensemble(), ensemble()
        assert found.recipe == expected.recipe
        assert (found.why, found.temperatures) == (expected.why, expected.temperatures)
        assert [(m.name, m.weight) for m in found.members] == [(m.name, m.weight) for m in expected.members]
        assert all(SHA256.fullmatch(member.manifest_sha256) for member in found.members)
        assert SHA256.fullmatch(found.digest)
        assert filled.ensemble().digest == found.digest

    def test_weights_are_verified(self, filled: CheckpointStore) -> None:
        """Each kind of weights of each member is there and is what its manifest says."""
        for manifest in manifests():
            for kind in KINDS:
                checkpoint = filled.load(manifest.name, kind)
                assert (checkpoint.name, checkpoint.kind) == (manifest.name, kind)
                assert checkpoint.spec == manifest.spec
                assert checkpoint.size == len(contents_of(manifest)[kind])
                filled.verify(checkpoint)

    def test_spoilt_weights_are_refused(self, filled: CheckpointStore) -> None:
        """A changed byte is found, in that file alone, and the error is one line."""
        name = manifests()[0].name
        self.spoil_weights(filled, name, "onnx")
        with pytest.raises(IntegrityError) as caught:
            filled.verify(filled.load(name, "onnx"))
        assert str(name) in str(caught.value)
        assert "\n" not in str(caught.value)
        filled.verify(filled.load(name, "safetensors"))

    def test_missing_member_is_named(self, filled: CheckpointStore) -> None:
        """A member that is not there is missing from manifest, load and ensemble alike."""
        absent = tiny_manifest(RECIPE, 0, 99, 0.9).name
        for ask in (filled.manifest, lambda name: filled.load(name, "onnx")):
            with pytest.raises(MissingMemberError, match="epoch99"):
                ask(absent)
        lost = manifests()[1].name
        self.lose_member(filled, lost)
        with pytest.raises(MissingMemberError, match=str(lost)):
            filled.ensemble()

    def test_missing_kind_of_weights(self, filled: CheckpointStore) -> None:
        """A kind of weights that the member does not have is missing."""
        with pytest.raises(MissingMemberError):
            filled.load(manifests()[0].name, "tflite")

    def test_other_label_order_is_refused(self, filled: CheckpointStore) -> None:
        """A manifest with labels in another order is never used."""
        name = manifests()[2].name
        self.spoil_labels(filled, name)
        for ask in (lambda: filled.manifest(name), lambda: filled.load(name, "onnx"), filled.ensemble):
            with pytest.raises(ManifestError, match="label order"):
                ask()

    def test_without_a_card(self, filled: CheckpointStore) -> None:
        """A store that nobody wrote a model card for has an empty one."""
        assert filled.card() == ""


class CheckpointStoreContract(ReadableStoreContract):
    """What a store promises that can be written to."""

    @abstractmethod
    def make_store(self, folder: Path) -> CheckpointStore:
        """A store that holds nothing yet; ``folder`` is not there yet either."""

    def make_filled(self, folder: Path) -> CheckpointStore:
        store = self.make_store(folder)
        fill(store, folder.parent / "incoming")
        return store

    @pytest.fixture
    def store(self, tmp_path: Path) -> CheckpointStore:
        """An empty store."""
        return self.make_store(tmp_path / "store")

    def test_without_an_ensemble(self, store: CheckpointStore) -> None:
        """A store with nothing chosen has no ensemble, and says so."""
        with pytest.raises(StoreNotFoundError):
            store.ensemble()

    def test_save_takes_the_files_over(self, store: CheckpointStore, tmp_path: Path) -> None:
        """The manifest gains the sha256 of each file, and no second copy is left behind."""
        manifest = manifests()[0]
        files = files_of(tmp_path / "given", contents_of(manifest))
        saved = store.save(manifest, files)
        assert set(saved.sha256) == set(KINDS)
        assert dict(store.manifest(manifest.name).sha256) == dict(saved.sha256)
        assert not any(Path(path).exists() for path in files.values())

    def test_a_kind_of_weights_can_be_added(self, store: CheckpointStore, tmp_path: Path) -> None:
        """Saving another kind of weights keeps the first."""
        manifest, contents = manifests()[0], contents_of(manifests()[0])
        first = store.save(manifest, files_of(tmp_path / "1", {"safetensors": contents["safetensors"]}))
        store.save(first, files_of(tmp_path / "2", {"onnx": contents["onnx"]}))
        for kind in KINDS:
            store.verify(store.load(manifest.name, kind))

    def test_save_is_all_or_nothing(self, store: CheckpointStore, tmp_path: Path) -> None:
        """Where one file cannot be had, a new member does not appear and an old one stays whole."""
        manifest, contents = manifests()[0], contents_of(manifests()[0])
        broken = files_of(tmp_path / "1", {"onnx": b"fake weights of another training"})
        broken["safetensors"] = str(tmp_path / "not there")
        with pytest.raises(OSError, match="not there"):
            store.save(manifest, broken)
        with pytest.raises(MissingMemberError):
            store.manifest(manifest.name)
        store.save(manifest, files_of(tmp_path / "2", contents))
        with pytest.raises(OSError, match="not there"):
            store.save(manifest, {**broken, **files_of(tmp_path / "3", {"onnx": b"fake, new"})})
        for kind in KINDS:
            store.verify(store.load(manifest.name, kind))

    def test_ensemble_of_an_absent_member_changes_nothing(self, filled: CheckpointStore) -> None:
        """A choice that cannot be saved leaves the one before it in force."""
        before = filled.ensemble()
        absent = EnsembleMember(tiny_manifest(RECIPE, 0, 99, 0.9).name)
        with pytest.raises(MissingMemberError):
            filled.save_ensemble(Ensemble(RECIPE, (absent, *before.members[1:]), "one is absent"))
        assert filled.ensemble() == before

    def test_digest_tells_ensembles_apart(self, filled: CheckpointStore) -> None:
        """The same choice has the same digest; another member, weight, temperature or recipe another one."""
        base = ensemble()
        members = base.members
        digests = []
        for chosen in (
            base,
            evolve(base, members=tuple(reversed(members))),
            evolve(base, members=(evolve(members[0], weight=0.1), *members[1:])),
            evolve(base, temperatures=None),
            evolve(base, recipe=evolve(RECIPE, policy=EnsemblePolicy.MEAN)),
        ):
            filled.save_ensemble(chosen)
            digests.append(filled.ensemble().digest)
        assert len(set(digests)) == len(digests)
        filled.save_ensemble(base)
        assert filled.ensemble().digest == digests[0]

    def test_a_member_replaced_after_the_choice_is_refused(
        self, filled: CheckpointStore, tmp_path: Path
    ) -> None:
        """Other weights under a chosen name are not what was chosen, until they are chosen again."""
        before, manifest = filled.ensemble(), manifests()[0]
        filled.save(manifest, files_of(tmp_path / "new", {"onnx": FAKE_WEIGHTS + b"of another training"}))
        with pytest.raises(IntegrityError, match=str(manifest.name)):
            filled.ensemble()
        filled.save_ensemble(before)
        assert filled.ensemble().digest != before.digest


class ReadOnlyStoreContract(ReadableStoreContract):
    """What a store promises that cannot be written to."""

    def test_nothing_can_be_saved(self, filled: CheckpointStore, tmp_path: Path) -> None:
        """Saving is refused, and the files given stay where they are."""
        manifest = manifests()[0]
        files = files_of(tmp_path / "given", contents_of(manifest))
        with pytest.raises(ReadOnlyStoreError):
            filled.save(manifest, files)
        with pytest.raises(ReadOnlyStoreError):
            filled.save_ensemble(ensemble())
        assert all(Path(path).exists() for path in files.values())
        assert isinstance(filled.ensemble(), Ensemble)
