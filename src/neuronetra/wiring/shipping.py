"""What ``models ship`` and ``models card`` are made of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from neuronetra.errors import OutputError, ReadOnlyStoreError, UsageError
from neuronetra.wiring import SHIPPED, Wiring, working_folder

if TYPE_CHECKING:
    from neuronetra.domain.checkpoints import Ensemble
    from neuronetra.ports import Progress


def ship(wiring: Wiring, location: str, out: str, progress: Progress | None = None) -> Ensemble:
    """Copy the chosen members of the store at ``location`` to the folder ``out``, whole or not at all.

    Raises ``StoreError``, ``UsageError`` or ``OutputError``.
    """
    from neuronetra.adapters.disk.atomic import copy_file, make_folder, refused
    from neuronetra.adapters.stores.folder import FolderStore
    from neuronetra.app.ship_store import ship_store

    goal = _new_place(out)
    source = wiring.store(location)
    source.ensemble()  # what is wrong with it shows before a folder is made
    with working_folder(str(make_folder(goal.parent))) as work:

        def copied(path: str) -> str:
            copy_file(Path(path), Path(work) / Path(path).name)
            return str(Path(work) / Path(path).name)

        shipped = ship_store(source, FolderStore(str(Path(work) / "store")), copied, progress=progress)
        try:
            (Path(work) / "store").replace(goal)
        except OSError as error:
            raise refused(goal, error) from error
    return shipped


def _new_place(out: str) -> Path:
    """Where nothing is yet, or an empty folder."""
    from neuronetra.adapters.disk.here import require_not_here

    place = Path(out)
    if not out or out in SHIPPED:
        raise UsageError("not a new folder's name", where="OUT", found=repr(out), fix="as in ./starter")
    try:
        goal = place.resolve()
        taken = place.is_symlink() or (place.exists() and not (place.is_dir() and not any(place.iterdir())))
    except (OSError, ValueError, RuntimeError):
        raise UsageError("not a folder's name", where="OUT", found=repr(out[:80])) from None
    require_not_here(goal, out)
    if taken:
        raise OutputError("there is something already", where=out, fix="name a folder that is new or empty")
    return place.absolute()


def save_card(wiring: Wiring, location: str, card: str) -> str:
    """Write the model card of the store at ``location``; gives where.

    Raises ``StoreError`` or ``OutputError``.
    """
    keep = getattr(wiring.store(location), "save_card", None)
    if keep is None:
        raise ReadOnlyStoreError("this kind of store keeps no model card", where=location)
    return str(keep(card))
