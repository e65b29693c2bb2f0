"""Optimised copies: made once, checked, made anew when damaged, never needed."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from neuronetra.adapters.disk.hashing import sha256_of
from neuronetra.adapters.runtimes.onnx import OnnxRuntime
from neuronetra.adapters.runtimes.optimised import OptimisedCopies, checksum
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.app.agreement import trial_batch
from neuronetra.domain.checkpoints import Checkpoint
from neuronetra.errors import ManifestError, ScoringError, StoreError


@pytest.fixture
def checkpoint(small_store: Path) -> Checkpoint:
    store = FolderStore(str(small_store))
    return store.load(store.names()[0], "onnx")


def test_copy_is_made_once(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """The first opening makes a copy, the second uses it as it is."""
    copies = OptimisedCopies(str(tmp_path))
    first = copies.of(Path(checkpoint.path), checkpoint.sha256)
    assert first is not None
    made = first.stat().st_mtime_ns
    assert copies.of(Path(checkpoint.path), checkpoint.sha256) == first
    assert first.stat().st_mtime_ns == made


@pytest.mark.parametrize("damaged", ["network.onnx", "network.bin", "record.json"])
def test_damaged_copy_is_made_anew(checkpoint: Checkpoint, tmp_path: Path, damaged: str) -> None:
    """One changed byte in any file of a copy, and the copy is not used but replaced."""
    copies = OptimisedCopies(str(tmp_path))
    copy = copies.of(Path(checkpoint.path), checkpoint.sha256)
    assert copy is not None
    batch = trial_batch((64, 64))
    expected = OnnxRuntime(cache="").open(checkpoint).score(batch).probabilities
    target = copy.parent / damaged
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)
    scores = OnnxRuntime(cache=str(tmp_path)).open(checkpoint).score(batch).probabilities
    np.testing.assert_allclose(scores, expected, atol=1e-6)
    assert target.read_bytes() != content
    made = target.stat().st_mtime_ns
    assert copies.of(Path(checkpoint.path), checkpoint.sha256) == copy
    assert target.stat().st_mtime_ns == made


def test_truncated_copy_is_made_anew(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """Half a weights file, as a full disk would leave it, is noticed by its checksum."""
    copies = OptimisedCopies(str(tmp_path))
    copy = copies.of(Path(checkpoint.path), checkpoint.sha256)
    assert copy is not None
    weights = copy.parent / "network.bin"
    size = weights.stat().st_size
    with weights.open("r+b") as stream:
        stream.truncate(size // 2)
    copies.of(Path(checkpoint.path), checkpoint.sha256)
    assert weights.stat().st_size == size


def test_no_cache_is_no_error(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """Where no copy can be kept the portable file is used, with the same scores."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    batch = trial_batch((64, 64))
    with_cache = OnnxRuntime(cache=str(tmp_path / "cache")).open(checkpoint).score(batch)
    without = OnnxRuntime(cache=str(blocked)).open(checkpoint).score(batch)
    np.testing.assert_allclose(with_cache.probabilities, without.probabilities, atol=1e-6)


def test_threads_share_one_copy(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """Several threads that want a copy at once get the same whole one, and nothing half-made is left."""
    copies = OptimisedCopies(str(tmp_path))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: copies.of(Path(checkpoint.path), checkpoint.sha256), range(8)))
    assert len(set(found)) == 1
    assert not list(tmp_path.rglob(".*"))


def test_checksum_sees_every_change(tmp_path: Path) -> None:
    """Changed, swapped, missing and added bytes all change the checksum."""
    path = tmp_path / "file"
    content = np.random.default_rng(0).bytes(9000 * 256) + b"tail"
    path.write_bytes(content)
    whole = checksum(path)
    first, second = content[: 1 << 20], content[1 << 20 : 2 << 20]
    spoilt = [content[:-1], content + b"\0", b"\1" + content[1:], second + first + content[2 << 20 :]]
    for other in spoilt:
        path.write_bytes(other)
        assert checksum(path) != whole


def test_file_that_is_no_network(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """A file that ONNX Runtime cannot open is a store's error that names it."""
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a network")
    hashes = {"onnx": sha256_of(path)}
    broken = evolve(checkpoint, path=str(path), manifest=evolve(checkpoint.manifest, sha256=hashes))
    with pytest.raises(StoreError, match=r"broken\.onnx"):
        OnnxRuntime(cache=str(tmp_path / "cache")).open(broken)


def test_network_of_another_preprocessing(checkpoint: Checkpoint) -> None:
    """The ONNX file says itself what input it was made for; a manifest that says otherwise is refused."""
    from neuronetra.domain.preprocessing import Preprocessing, StretchStep

    pipeline = checkpoint.manifest.pipeline
    steps = tuple(
        StretchStep(2.0, 98.0) if isinstance(step, StretchStep) else step
        for step in pipeline.preprocessing.steps
    )
    other = evolve(pipeline, preprocessing=Preprocessing(steps))
    swapped = evolve(checkpoint, manifest=evolve(checkpoint.manifest, pipeline=other))
    with pytest.raises(ManifestError, match="preprocessing"):
        OnnxRuntime(cache="").open(swapped)


def test_closed_network_is_an_error(checkpoint: Checkpoint) -> None:
    """A closed scorer says so."""
    scorer = OnnxRuntime(cache="").open(checkpoint)
    scorer.close()
    with pytest.raises(ScoringError, match="closed"):
        scorer.score(trial_batch((64, 64)))


def test_copies_used_longest_ago_go_first(
    checkpoint: Checkpoint, small_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the limit the oldest copies are removed, never the one just made."""
    store = FolderStore(str(small_store))
    copies = OptimisedCopies(str(tmp_path))
    for name in store.names():
        member = store.load(name, "onnx")
        copies.of(Path(member.path), member.sha256)
    monkeypatch.setattr("neuronetra.adapters.runtimes.optimised._LARGEST_CACHE", 1)
    last = copies.of(Path(checkpoint.path), checkpoint.sha256)
    assert last is not None
    shutil.rmtree(last.parent)
    remade = copies.of(Path(checkpoint.path), checkpoint.sha256)
    assert [path.parent for path in tmp_path.rglob("network.onnx")] == [remade.parent if remade else None]


def test_swapped_network_is_refused(small_store: Path, checkpoint: Checkpoint) -> None:
    """Another member's network under this member's name and hash is noticed by what the file says itself."""
    store = FolderStore(str(small_store))
    other = store.load(store.names()[1], "onnx")
    swapped = evolve(checkpoint, path=other.path)
    with pytest.raises(ManifestError, match="name is not the manifest's"):
        OnnxRuntime(cache="").open(swapped)


def test_copy_that_does_not_open_is_passed_over(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """A copy whose record fits but whose graph is none does no harm: the portable file is used."""
    import json

    runtime = OnnxRuntime(cache=str(tmp_path))
    expected = runtime.open(checkpoint).score(trial_batch((64, 64))).probabilities
    graph = next(tmp_path.rglob("network.onnx"))
    graph.write_bytes(b"no graph")
    record = graph.parent / "record.json"
    sums = json.loads(record.read_text())
    record.write_text(json.dumps({**sums, "network.onnx": checksum(graph)}))
    found = runtime.open(checkpoint).score(trial_batch((64, 64))).probabilities
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("options", [{"device": "tpu"}, {"threads": 0}, {"threads_per_member": 0}])
def test_options_that_make_no_sense(options: dict) -> None:
    """An unknown device or no thread at all is refused, never silently the CPU."""
    from neuronetra.errors import UsageError

    with pytest.raises(UsageError):
        OnnxRuntime(**options)
