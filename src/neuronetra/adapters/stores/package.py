"""A read-only store inside an installed Python package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from neuronetra.adapters.stores.folder import ENSEMBLE, FolderStore
from neuronetra.domain.checkpoints import Checkpoint, CheckpointName, Ensemble, Manifest
from neuronetra.errors import ReadOnlyStoreError, StoreNotFoundError


class PackageStore:
    """The store that lies beside the modules of the package ``location`` (``package`` or ``package.part``).

    Raises ``StoreNotFoundError`` where there is no such package, it is not unpacked on a disk, or holds no
    store.
    """

    def __init__(self, location: str) -> None:
        self._location = location
        place = _unpacked(location)
        if not (place / ENSEMBLE).exists():
            raise StoreNotFoundError(
                "the package holds no models",
                where=location,
                found=f"no {ENSEMBLE} in it",
                fix="install it anew, or name another store: --models STORE",
            )
        self._folder = FolderStore(str(place))

    def names(self) -> tuple[CheckpointName, ...]:
        return self._folder.names()

    def ensemble(self) -> Ensemble:
        return self._folder.ensemble()

    def manifest(self, name: CheckpointName) -> Manifest:
        return self._folder.manifest(name)

    def load(self, name: CheckpointName, weights: str) -> Checkpoint:
        return self._folder.load(name, weights)

    def verify(self, checkpoint: Checkpoint) -> None:
        self._folder.verify(checkpoint)

    def card(self) -> str:
        return self._folder.card()

    def save(self, manifest: Manifest, files: dict[str, str]) -> Manifest:  # noqa: ARG002 - the port's
        """Raises ``ReadOnlyStoreError``."""
        raise self._read_only()

    def save_ensemble(self, ensemble: Ensemble) -> None:  # noqa: ARG002 - the port's
        """Raises ``ReadOnlyStoreError``."""
        raise self._read_only()

    def save_card(self, card: str) -> str:  # noqa: ARG002 - a writable store's
        """Raises ``ReadOnlyStoreError``."""
        raise self._read_only()

    def _read_only(self) -> ReadOnlyStoreError:
        return ReadOnlyStoreError(
            "a store inside a package is read-only", where=self._location, fix="copy it to a folder first"
        )


def _unpacked(location: str) -> Path:
    try:
        root = files(location)
    except (ModuleNotFoundError, TypeError, ValueError):
        raise StoreNotFoundError("no such package", where=location, fix="install the package") from None
    if not isinstance(root, Path):
        raise StoreNotFoundError(
            "the package is not unpacked on disk", where=location, fix="install it with pip, not as a zip"
        )
    return root
