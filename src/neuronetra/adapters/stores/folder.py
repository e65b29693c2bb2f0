"""A store in a local folder.

For each member ``<name>.json`` and its weights, then ``ensemble.json`` and ``MODEL_CARD.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import evolve

from neuronetra.adapters.disk.atomic import make_folder, take_file, write_bytes
from neuronetra.adapters.disk.hashing import sha256_of
from neuronetra.adapters.stores.documents import (
    LARGEST_DOCUMENT,
    digest,
    ensemble_bytes,
    ensemble_from,
    manifest_bytes,
    manifest_from,
)
from neuronetra.domain.checkpoints import Checkpoint, CheckpointName, Ensemble, EnsembleMember, Manifest
from neuronetra.errors import (
    IntegrityError,
    ManifestError,
    MissingMemberError,
    StoreError,
    StoreNotFoundError,
)

ENSEMBLE, CARD = "ensemble.json", "MODEL_CARD.md"
LARGEST_CARD = 1024 * 1024
"""Bytes."""
_MAKE = "make one: neuronetra models init STORE --recipe v3 --seed 1 --untrained"


class FolderStore:
    """Reads and writes a folder; every file is replaced whole, and the ensemble last."""

    def __init__(self, location: str) -> None:
        self._folder = Path(location)

    def names(self) -> tuple[CheckpointName, ...]:
        """All members, sorted. Raises ``StoreNotFoundError`` or ``ManifestError``."""
        if not self._folder.is_dir():
            raise StoreNotFoundError("no such model store", where=str(self._folder), fix=_MAKE)
        stems = (path.stem for path in self._folder.glob("[!.]*.json") if path.name != ENSEMBLE)
        try:
            return tuple(sorted(CheckpointName.parse(stem) for stem in stems))
        except ManifestError as error:
            error.where = str(self._folder)
            raise

    def ensemble(self) -> Ensemble:
        """The chosen members; each one's manifest must be the one that was chosen."""
        path = self._folder / ENSEMBLE
        content = self._content(
            path,
            lambda: StoreNotFoundError(
                "no model store here", where=str(path), found="no such file", fix=_MAKE
            ),
        )
        ensemble = ensemble_from(content, str(path))
        for member in ensemble.members:
            self._require_chosen(member)
        return ensemble

    def _require_chosen(self, member: EnsembleMember) -> None:
        self.manifest(member.name)  # says first what is wrong with it, if anything is
        found = digest(self._manifest_content(member.name))
        if found != member.manifest_sha256:
            raise IntegrityError(
                "the manifest is not the one that was chosen: its sha256 differs",
                where=str(self._manifest_path(member.name)),
                found=found[:12],
                expected=member.manifest_sha256[:12],
                fix="fetch the store anew, or choose again: `neuronetra models choose`",
            )

    def manifest(self, name: CheckpointName) -> Manifest:
        path = self._manifest_path(name)
        manifest = manifest_from(self._manifest_content(name), str(path))
        if manifest.name != name:
            raise ManifestError(
                "the manifest is of another member",
                where=str(path),
                found=str(manifest.name),
                expected=str(name),
            )
        return manifest

    def load(self, name: CheckpointName, weights: str) -> Checkpoint:
        manifest = self.manifest(name)
        path = self._weights_path(name, weights)
        if weights not in manifest.sha256 or not path.is_file():
            raise MissingMemberError(
                f"the member has no {weights} file",
                where=str(path),
                found="no such file" if weights in manifest.sha256 else "none in its manifest",
                fix="write it with `neuronetra models export`, or fetch the store anew",
            )
        return Checkpoint(manifest, weights, str(path), path.stat().st_size)

    def verify(self, checkpoint: Checkpoint) -> None:
        path = Path(checkpoint.path)
        try:
            found = sha256_of(path)
        except OSError as error:
            raise _unreadable(path, error) from error
        if found != checkpoint.sha256:
            raise IntegrityError(
                "the file's sha256 is not the manifest's",
                where=str(path),
                found=found[:12],
                expected=checkpoint.sha256[:12],
                fix="fetch the file anew; do not use it",
            )

    def card(self) -> str:
        path = self._folder / CARD
        try:
            with path.open("rb") as stream:
                content = stream.read(LARGEST_CARD + 1)
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            raise _unreadable(path, error) from error
        if len(content) > LARGEST_CARD:
            raise StoreError("far too large for a model card", where=str(path))
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            raise StoreError("the model card is no text", where=str(path), expected="UTF-8") from None

    def save_card(self, card: str) -> str:
        """Put Markdown in the place of the model card; gives where. Raises ``OutputError``."""
        path = make_folder(self._folder) / CARD
        write_bytes(path, card.encode())
        return str(path)

    def save(self, manifest: Manifest, files: dict[str, str]) -> Manifest:
        """Weights first, the manifest last: a member is there when it is whole."""
        make_folder(self._folder)
        hashes = {kind: sha256_of(Path(source)) for kind, source in files.items()}  # all, before any is moved
        for kind, source in files.items():
            take_file(Path(source), self._weights_path(manifest.name, kind))
        saved = evolve(manifest, sha256={**manifest.sha256, **hashes})
        write_bytes(self._manifest_path(manifest.name), manifest_bytes(saved))
        return saved

    def save_ensemble(self, ensemble: Ensemble) -> None:
        """Members are recorded with the sha256 of the manifests that they have now."""
        members = tuple(
            evolve(member, manifest_sha256=digest(self._manifest_content(member.name)))
            for member in ensemble.members
        )
        write_bytes(make_folder(self._folder) / ENSEMBLE, ensemble_bytes(evolve(ensemble, members=members)))

    def _manifest_path(self, name: CheckpointName) -> Path:
        return self._folder / f"{name}.json"

    def _weights_path(self, name: CheckpointName, weights: str) -> Path:
        return self._folder / f"{name}.{weights}"

    def _manifest_content(self, name: CheckpointName) -> bytes:
        path = self._manifest_path(name)
        return self._content(
            path,
            lambda: MissingMemberError(
                "a member of the ensemble is missing",
                where=str(path),
                found="no such file",
                expected=str(name),
                fix="fetch the store anew, or choose other members: `neuronetra models choose`",
            ),
        )

    def _content(self, path: Path, absent: Callable[[], StoreError]) -> bytes:
        try:
            if path.stat().st_size > LARGEST_DOCUMENT:
                raise ManifestError("far too large for a manifest", where=str(path))
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise absent() from None
        except OSError as error:
            raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError("cannot be read", where=str(path), found=error.strerror or "an error")
