"""What a codestream says of itself."""

from __future__ import annotations

from attrs import frozen

PADDING = b"\0\xff"
"""Bytes that writers put behind a codestream to make its length even."""


@frozen
class Codestream:
    """Size in pixels, components, ``precision`` in bits; ``signed`` is ``None`` where it cannot tell.

    ``exact`` where every correct decoder gives the same pixels; the others may round them differently.
    """

    rows: int
    columns: int
    components: int
    precision: int
    signed: bool | None = None
    exact: bool = True
