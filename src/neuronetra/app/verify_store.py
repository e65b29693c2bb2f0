"""Whether every file of a store is what its manifest says."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.errors import StoreError
from neuronetra.ports import CheckpointStore


@frozen
class Check:
    """One thing that was looked at, and what is wrong with it (one line, empty where it is well)."""

    what: str
    problem: str = ""


def verify_store(store: CheckpointStore) -> Iterator[Check]:
    """The ensemble, then each member's manifest and each of its files. Raises ``StoreNotFoundError``."""
    names = store.names()
    try:
        store.ensemble()
        yield Check("ensemble")
    except StoreError as error:
        yield Check("ensemble", str(error))
    for name in names:
        yield from _member(store, name)


def _member(store: CheckpointStore, name: CheckpointName) -> Iterator[Check]:
    try:
        manifest = store.manifest(name)
    except StoreError as error:
        yield Check(f"{name}.json", str(error))
        return
    yield Check(f"{name}.json", "" if manifest.sha256 else "the member has no weights at all")
    for kind in sorted(manifest.sha256):
        try:
            store.verify(store.load(name, kind))
            yield Check(f"{name}.{kind}")
        except StoreError as error:
            yield Check(f"{name}.{kind}", str(error))
