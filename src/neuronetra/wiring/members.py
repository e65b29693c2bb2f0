"""What makes the members of a store, and the folder that they lie in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neuronetra.app.make_members import MemberMaker
from neuronetra.config import Configuration, overridden
from neuronetra.ports import CheckpointStore
from neuronetra.wiring import Wiring, working_folder

STORE = "folder"


def folder_store(wiring: Wiring, location: str) -> CheckpointStore:
    """The store in the folder ``location``, whatever other store is called so."""
    store: CheckpointStore = wiring.plugins.make("checkpoint_stores", STORE, location=location)
    return store


@contextmanager
def maker_in(
    location: str, *, inside: bool = False, device: str = "auto", trained_there: bool = False
) -> Iterator[MemberMaker]:
    """What makes members of the store at ``location``; ``inside`` it works in the store's folder, made if need be.

    ``trained_there``: it is a folder, whatever other store is called so. Each export is held against its original on
    ``device``. Raises ``MissingDependencyError`` without the extra ``train``.
    """
    wiring = Wiring(overridden(Configuration(), {"device": device}))
    opened = folder_store(wiring, location) if trained_there else wiring.store(location)
    exporter = wiring.exporter()
    original, exported = wiring.runtime("torch"), wiring.runtime("onnx")
    with working_folder(location if inside else None) as folder:
        yield MemberMaker(opened, exporter, original, exported, folder)
