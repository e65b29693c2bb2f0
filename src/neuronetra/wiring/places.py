"""Whether a result can be written where it is to go."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

from neuronetra.errors import OutputError


def require_writable(place: str) -> None:
    """Before long work: that a file can be written there. Raises ``OutputError``.

    A device is written straight to: nothing is tried beside it.
    """
    from neuronetra.adapters.disk.atomic import refused

    try:
        path = Path(place).resolve()
        if path.exists() and not path.is_file():
            return
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise refused(Path(place), error) from None
    except RuntimeError:  # of Path.resolve, up to Python 3.12
        raise OutputError("cannot be written", where=place, found="a link that leads to itself") from None
