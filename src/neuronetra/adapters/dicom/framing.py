"""Where the pixels of each frame stand in a file, checked before any is decoded (part 5, 8 and A.4)."""

from __future__ import annotations

from attrs import define, evolve, field

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.codestreams import codestream_of, codestream_repair
from neuronetra.adapters.dicom.deflated import LARGE, MAX_COUNTED, MAX_RATIO, InflatedBytes
from neuronetra.adapters.dicom.elements import UNDEFINED, Elements, HeaderBytes
from neuronetra.adapters.dicom.encapsulated import Kind, frame_places
from neuronetra.domain.budget import Budget
from neuronetra.domain.headers import PixelPlace, SliceHeader
from neuronetra.domain.pixels import PixelFacts

FRAMES = "NumberOfFrames (0028,0008)"
EXTENDED_OFFSETS, EXTENDED_LENGTHS = 0x7FE00001, 0x7FE00002
_KINDS = {syntaxes.RLE: Kind.RLE, syntaxes.UNCOMPRESSED_ITEMS: Kind.WORDS}
ROOM = 1 << 20
"""Bytes that a compressed frame may need beyond twice those of the image: its own header."""
STREAM_HEAD = 2048
"""Bytes of a codestream in which its size and depth are looked for without reading the rest."""


def frame_bytes(pixels: PixelFacts) -> int:
    """Bytes of one uncompressed frame."""
    return pixels.rows * pixels.columns * pixels.bits_allocated // 8


@define
class Framing:
    """The places of a file's frames, and what had to be assumed to find them.

    Raises ``ValueError`` with a plain reason for pixel data that cannot be those of the header.
    """

    header: SliceHeader
    stated: int | None
    elements: Elements
    data: HeaderBytes
    budget: Budget
    size: int
    repairs: list[str] = field(factory=list)

    def places(self) -> tuple[PixelPlace, ...]:
        """One place a frame, in the order of frames."""
        if frame_bytes(self.header.pixels) == 0:
            raise ValueError("damaged: Rows or Columns is missing or zero")
        self._require_budget(self.stated or 1)
        if self.header.transfer_syntax in syntaxes.IN_ONE_PIECE:
            return self._native()
        return self._encapsulated()

    def _require_budget(self, frames: int) -> None:
        pixels = self.header.pixels
        if why := self.budget.excess(frames, pixels.rows, pixels.columns):
            raise ValueError(why)

    def _native(self) -> tuple[PixelPlace, ...]:
        length = self.elements.pixel_length
        if length is None:
            raise ValueError("damaged: pixel data in fragments under an uncompressed transfer syntax")
        one, offset = frame_bytes(self.header.pixels), self.elements.pixel_offset
        count = self._count(length, one)
        self._require_budget(count)
        held = min(length, self._held(offset + count * one) - offset)
        if held < count * one:
            raise ValueError(f"truncated: {max(0, held)} of {count * one} bytes of pixel data")
        if length - count * one > 1:
            self.repairs.append("pixel data are longer than the image: the surplus is ignored")
        whole = PixelPlace(deflated=self._deflated_from(), swap=self._swap(), origin=offset)
        return tuple(evolve(whole, parts=((offset + i * one, one),)) for i in range(count))

    def _count(self, length: int, one: int) -> int:
        """How many frames there are: as many as stated, or where that is lost, as the pixel data hold."""
        whole, rest = divmod(length, one)
        if self.stated is not None:
            if whole > self.stated:
                raise ValueError(f"damaged: the pixel data hold more frames than {FRAMES} says")
            return self.stated
        if whole > 1 and rest > 1:
            raise ValueError(
                f"damaged: {FRAMES} is missing, and the pixel data are no whole number of frames"
            )
        self._taken(whole)
        return max(1, whole)

    def _taken(self, count: int) -> None:
        if self.stated is None and count > 1:
            self.repairs.append(f"{FRAMES} is missing: the {count} frames of the pixel data are taken")

    def _held(self, end: int) -> int:
        """How many bytes of the data set there are, at least up to ``end``."""
        if not isinstance(self.data, InflatedBytes):
            return self.size
        if end > LARGE and end > MAX_RATIO * self.size:
            raise ValueError(f"too large: deflated pixel data of more than {MAX_RATIO} times their file")
        return self.data.held(end) if end <= MAX_COUNTED else end

    def _deflated_from(self) -> int | None:
        return self.data.start if isinstance(self.data, InflatedBytes) else None

    def _swap(self) -> int:
        """Bytes of the words that stand the other way round."""
        if not self.elements.encoding.big:
            return 0
        width = self.header.pixels.bits_allocated // 8
        return 2 if width == 1 and self.elements.pixel_words else width if width > 1 else 0

    def _encapsulated(self) -> tuple[PixelPlace, ...]:
        syntax, pixels = self.header.transfer_syntax, self.header.pixels
        if self.elements.pixel_length is not None:
            raise ValueError(f"damaged: {syntaxes.syntax_name(syntax)} pixel data that are not in fragments")
        extended = (self._table(EXTENDED_OFFSETS), self._table(EXTENDED_LENGTHS))
        offset = self.elements.pixel_offset
        kind = _KINDS.get(syntax, Kind.STREAMS)
        found = frame_places(self.data, offset, self.stated, extended if all(extended) else None, kind)
        self._taken(len(found))
        self._require_budget(len(found))
        one = frame_bytes(pixels)
        if syntax == syntaxes.UNCOMPRESSED_ITEMS:
            return tuple(self._uncut(parts, one) for parts in found)
        if max(sum(length for _, length in parts) for parts in found) > 2 * one + ROOM:
            raise ValueError("damaged: the compressed pixel data are larger than the image could be")
        self._look_at_stream(self.data.at(found[0][0][0], min(STREAM_HEAD, found[0][0][1])))
        return tuple(PixelPlace(parts, compressed=True) for parts in found)

    def _table(self, tag: int) -> bytes:
        """An extended offset table, of any length that a file's frames may need."""
        place = self.elements.offsets.get(tag)
        if place is None or place[1] == UNDEFINED or place[1] > 8 * self.budget.max_files:
            return b""
        return self.data.at(*place)

    def _uncut(self, parts: tuple[tuple[int, int], ...], needed: int) -> PixelPlace:
        held = sum(length for _, length in parts)
        if held < needed:
            raise ValueError(f"truncated: {held} of {needed} bytes of pixel data")
        if held >= 2 * needed:
            raise ValueError(f"damaged: the pixel data hold more frames than {FRAMES} says")
        if held - needed > 1:
            self.repairs.append("pixel data are longer than the image: the surplus is ignored")
        whole = []
        for offset, length in parts:
            whole.append((offset, min(length, needed)))
            needed -= whole[-1][1]
        return PixelPlace(tuple(part for part in whole if part[1]))

    def _look_at_stream(self, head: bytes) -> None:
        """Size and depth of the first codestream, where its start tells them; the load looks at each whole."""
        syntax, pixels = self.header.transfer_syntax, self.header.pixels
        try:
            stream = codestream_of(head, syntax)
        except ValueError:
            return
        if stream is None:
            return
        if (stream.rows, stream.columns) != (pixels.rows, pixels.columns):
            raise ValueError("damaged: the compressed image has other rows and columns than its header")
        if repair := codestream_repair(head, syntax, pixels):
            self.repairs.append(repair)
