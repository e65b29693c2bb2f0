"""A plug-in whose hook does not exist."""

from neuronetra import hookimpl


@hookimpl
def neuronetra_serie_readers() -> list[object]:
    return []
