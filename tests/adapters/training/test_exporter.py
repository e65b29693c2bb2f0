"""Making and exporting members: seeded, self-contained, checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.adapters.runtimes.onnx import OnnxRuntime
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.domain.locations import LABELS
from neuronetra.domain.recipes import Recipe
from neuronetra.errors import ExportError, StoreError, UsageError

torch = pytest.importorskip("torch", reason="making networks needs the extra train")
import onnx

from neuronetra.adapters.runtimes.torch import TorchRuntime
from neuronetra.adapters.training.exporter import TimmExporter
from neuronetra.app.make_members import MemberMaker


def _maker(store: Path, work: Path, exporter: TimmExporter | None = None) -> MemberMaker:
    work.mkdir(exist_ok=True)
    runtimes = TorchRuntime(device="cpu"), OnnxRuntime(cache="")
    return MemberMaker(FolderStore(str(store)), exporter or TimmExporter(), *runtimes, str(work))


def test_untrained_store_is_named_and_marked(small_store: Path) -> None:
    """Members are named epoch0_score0.000000, say untrained, have no score and take every modality."""
    store = FolderStore(str(small_store))
    assert [str(name) for name in store.names()] == [
        f"{architecture}_fold{fold}_epoch0_score0.000000"
        for architecture in ("mobilenet", "resnet")
        for fold in (0, 1)
    ]
    for name in store.names():
        manifest = store.manifest(name)
        assert manifest.untrained
        assert manifest.score is None
        assert manifest.spec.modalities is None


def test_onnx_is_self_contained_and_portable(small_store: Path) -> None:
    """One file, standard operators alone, any batch size, labels and preprocessing inside."""
    store = FolderStore(str(small_store))
    for name in store.names():
        checkpoint = store.load(name, "onnx")
        model = onnx.load(checkpoint.path, load_external_data=False)
        assert {entry.domain for entry in model.opset_import} <= {"", "ai.onnx"}
        assert not any(tensor.external_data for tensor in model.graph.initializer)
        assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param
        stated = {entry.key: entry.value for entry in model.metadata_props}
        assert stated["preprocessing_sha256"] == checkpoint.manifest.pipeline.preprocessing.digest
        assert LABELS[0] in stated["labels"]


def test_same_seed_same_weights(small_store: Path, small_recipe: Recipe, tmp_path: Path) -> None:
    """The same seed makes byte-equal files of both kinds, and one manifest hash; folds differ."""
    maker = _maker(tmp_path / "store", tmp_path / "work")
    maker.initialise(small_recipe, seed=1)
    for name in FolderStore(str(small_store)).names():
        for kind in ("safetensors", "onnx"):
            again = (tmp_path / "store" / f"{name}.{kind}").read_bytes()
            assert again == (small_store / f"{name}.{kind}").read_bytes()
    stores = [FolderStore(str(place)) for place in (small_store, tmp_path / "store")]
    assert stores[0].ensemble().digest == stores[1].ensemble().digest
    folds = [small_store / f"resnet_fold{fold}_epoch0_score0.000000.safetensors" for fold in (0, 1)]
    assert folds[0].read_bytes() != folds[1].read_bytes()


def test_interrupted_making_goes_on(small_recipe: Recipe, tmp_path: Path) -> None:
    """A run that was stopped half-way is finished by the next; another seed is refused."""
    stopped = RuntimeError("stopped")

    def stop_at_second(done: int, _total: int) -> None:
        if done == 2:
            raise stopped

    maker = _maker(tmp_path / "store", tmp_path / "work")
    with pytest.raises(RuntimeError):
        maker.initialise(small_recipe, 1, stop_at_second)
    made = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "store").glob("*.onnx")}
    assert len(made) == 2
    with pytest.raises(StoreError, match="not made this way"):
        maker.initialise(small_recipe, 2)
    maker.initialise(small_recipe, 1)
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "store").glob("*.onnx")}
    assert len(now) == 4
    assert {name: now[name] for name in made} == made


class _WrongExporter(TimmExporter):
    """Exports another network than the one it was given."""

    def export(self, manifest, weights, folder):
        other = Path(folder) / "other"
        other.mkdir(exist_ok=True)
        return super().export(manifest, self.initialise(manifest, 99, str(other)), folder)


def test_wrong_export_is_refused(small_recipe: Recipe, tmp_path: Path) -> None:
    """An exported network that disagrees with the original is never kept."""
    maker = _maker(tmp_path / "store", tmp_path / "work", _WrongExporter())
    with pytest.raises(ExportError, match="disagrees"):
        maker.initialise(small_recipe, 1)
    assert not list((tmp_path / "store").glob("*.onnx"))


def test_imported_weights_are_the_originals(small_store: Path, small_recipe: Recipe, tmp_path: Path) -> None:
    """A .pth brought along becomes a member with the score of its name and the same weights."""
    source = FolderStore(str(small_store))
    checkpoint = source.load(source.names()[0], "safetensors")
    from safetensors.torch import load_file

    path = tmp_path / "mobilenet_fold1_epoch8_score0.608421.pth"
    torch.save(load_file(checkpoint.path), path)
    maker = _maker(tmp_path / "store", tmp_path / "work")
    manifest = maker.bring(CheckpointName.parse(path.stem), small_recipe, str(path))
    assert manifest.score == 0.608421
    assert not manifest.untrained
    assert (tmp_path / "store" / f"{path.stem}.safetensors").read_bytes() == Path(
        checkpoint.path
    ).read_bytes()
    with pytest.raises(UsageError, match="no such architecture"):
        maker.bring(CheckpointName("swin", 0, 1, 0.5), small_recipe, str(path))


def test_import_never_replaces_nor_poses_as_trained(
    small_store: Path, small_recipe: Recipe, tmp_path: Path
) -> None:
    """A member that is there is not written over, and an untrained one's name cannot be imported."""
    source = FolderStore(str(small_store))
    weights = source.load(source.names()[0], "safetensors").path
    maker = _maker(tmp_path / "store", tmp_path / "work")
    name = CheckpointName("mobilenet", 0, 8, 0.6)
    maker.bring(name, small_recipe, weights)
    with pytest.raises(UsageError, match="has a member of this name"):
        maker.bring(name, small_recipe, weights)
    with pytest.raises(UsageError, match="untrained"):
        maker.bring(CheckpointName("mobilenet", 1, 0, 0.0), small_recipe, weights)


def test_lost_files_are_made_again(small_store: Path, small_recipe: Recipe, tmp_path: Path) -> None:
    """A member whose file is lost counts as absent: making the store again makes the file again."""
    import shutil

    store = tmp_path / "store"
    shutil.copytree(small_store, store)
    lost = min(store.glob("*.onnx"))
    lost.unlink()
    _maker(store, tmp_path / "work").initialise(small_recipe, 1)
    assert lost.is_file()
    assert FolderStore(str(store)).ensemble()


def test_network_tells_nothing_of_the_machine(small_store: Path) -> None:
    """No path of the machine that exported it is in the ONNX file."""
    import neuronetra

    home = str(Path(neuronetra.__file__).parent)
    for path in small_store.glob("*.onnx"):
        content = path.read_bytes()
        assert home.encode() not in content
        assert b"site-packages" not in content
        assert b".py" not in content
