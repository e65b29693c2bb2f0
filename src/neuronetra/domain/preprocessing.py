"""Preprocessing as a value: named steps that travel with the weights and are applied per slice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from attrs import field, frozen, validators

from neuronetra.domain.documents import exactly, number, several, text, whole
from neuronetra.domain.modality import Modality


def require_percentiles(low: float, high: float) -> None:
    """Raise ``ValueError`` unless 0 <= low < high <= 100."""
    if not 0.0 <= low < high <= 100.0:
        raise ValueError(f"percentiles {low} and {high} where 0 <= low < high <= 100 is expected")


@frozen
class FixedWindow:
    """An intensity window: ``centre`` and ``width`` in the series' own unit (HU in CT)."""

    centre: float = field(converter=float)
    width: float = field(converter=float, validator=validators.gt(0))

    @property
    def low(self) -> float:
        return self.centre - self.width / 2

    @property
    def high(self) -> float:
        return self.centre + self.width / 2


def _ordered_windows(
    given: Iterable[tuple[Modality, FixedWindow]],
) -> tuple[tuple[Modality, FixedWindow], ...]:
    """In the order of ``Modality``: documents keep none, and equal steps must be equal values."""
    return tuple(sorted(dict(given).items(), key=lambda entry: entry[0].code))


def _ordered_limits(given: Iterable[tuple[Modality, float]]) -> tuple[tuple[Modality, float], ...]:
    """The same, as floats: 2 and 2.0 are one clip limit and have one sha256."""
    limits = {modality: float(limit) for modality, limit in given}
    return tuple(sorted(limits.items(), key=lambda entry: entry[0].code))


@frozen
class WindowStep:
    """A window by modality, stretched to 0..255; a modality without one takes slice percentiles."""

    name: ClassVar[str] = "window"
    windows: tuple[tuple[Modality, FixedWindow], ...] = field(converter=_ordered_windows)
    low_percentile: float = field(default=1.0, converter=float)
    high_percentile: float = field(default=99.0, converter=float)

    def __attrs_post_init__(self) -> None:
        require_percentiles(self.low_percentile, self.high_percentile)

    def window(self, modality: Modality) -> FixedWindow | None:
        return dict(self.windows).get(modality)

    def as_document(self) -> dict[str, Any]:
        windows = {m.value: [w.centre, w.width] for m, w in self.windows}
        percentiles = [self.low_percentile, self.high_percentile]
        return {"step": self.name, "windows": windows, "percentiles": percentiles}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> WindowStep:
        known = exactly(document, "step", "windows", "percentiles")
        windows = tuple(
            (Modality(name), FixedWindow(*(number(value) for value in several(window, 2))))
            for name, window in known["windows"].items()
        )
        low, high = (number(value) for value in several(known["percentiles"], 2))
        return cls(windows, low, high)


@frozen
class ClaheStep:
    """Contrast-limited adaptive histogram equalisation on ``tiles`` x ``tiles``, clip limit by modality."""

    name: ClassVar[str] = "clahe"
    clip_limits: tuple[tuple[Modality, float], ...] = field(converter=_ordered_limits)
    tiles: int = field(default=8, validator=[validators.ge(1), validators.le(64)])

    def __attrs_post_init__(self) -> None:
        if not all(0.0 < limit <= 255.0 for _, limit in self.clip_limits):
            raise ValueError("clip limits are above 0 and at most 255")

    def clip_limit(self, modality: Modality) -> float:
        return dict(self.clip_limits)[modality]

    def as_document(self) -> dict[str, Any]:
        limits = {modality.value: limit for modality, limit in self.clip_limits}
        return {"step": self.name, "clip_limits": limits, "tiles": self.tiles}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> ClaheStep:
        known = exactly(document, "step", "clip_limits", "tiles")
        limits = tuple((Modality(k), number(v)) for k, v in known["clip_limits"].items())
        if {modality for modality, _ in limits} != set(Modality):
            raise ValueError("clip_limits must name every modality")
        return cls(limits, whole(known["tiles"]))


@frozen
class StretchStep:
    """Percentiles of the slice stretched to 0..255 (numpy's linear rule)."""

    name: ClassVar[str] = "stretch"
    low_percentile: float = field(default=1.0, converter=float)
    high_percentile: float = field(default=99.0, converter=float)

    def __attrs_post_init__(self) -> None:
        require_percentiles(self.low_percentile, self.high_percentile)

    def as_document(self) -> dict[str, Any]:
        return {"step": self.name, "percentiles": [self.low_percentile, self.high_percentile]}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> StretchStep:
        known = exactly(document, "step", "percentiles")
        low, high = (number(value) for value in several(known["percentiles"], 2))
        return cls(low, high)


@frozen
class ResizeStep:
    """Resized to ``rows`` x ``columns`` by area averaging; the aspect is not kept."""

    name: ClassVar[str] = "resize"
    rows: int = field(default=224, validator=[validators.ge(1), validators.le(4096)])
    columns: int = field(default=224, validator=[validators.ge(1), validators.le(4096)])

    def as_document(self) -> dict[str, Any]:
        return {"step": self.name, "rows": self.rows, "columns": self.columns}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> ResizeStep:
        known = exactly(document, "step", "rows", "columns")
        return cls(whole(known["rows"]), whole(known["columns"]))


Step = WindowStep | ClaheStep | StretchStep | ResizeStep
_STEPS: dict[str, type[Step]] = {s.name: s for s in (WindowStep, ClaheStep, StretchStep, ResizeStep)}


@frozen
class Preprocessing:
    """The steps from rescaled float32 slices to uint8 ones, in order; each step ends in uint8.

    The last step is a resize, so that every frame has one size.
    """

    steps: tuple[Step, ...]

    def __attrs_post_init__(self) -> None:
        if not self.steps or not isinstance(self.steps[0], WindowStep):
            raise ValueError("preprocessing starts with a window: it takes float32 to uint8")
        if not isinstance(self.steps[-1], ResizeStep):
            raise ValueError("preprocessing ends with a resize: every frame has one size")

    @property
    def size(self) -> tuple[int, int]:
        """(rows, columns) of the result."""
        last = self.steps[-1]
        if not isinstance(last, ResizeStep):
            raise TypeError("preprocessing does not end with a resize")
        return (last.rows, last.columns)

    @property
    def digest(self) -> str:
        """sha256 (hexadecimal) of the canonical JSON of the steps."""
        text = json.dumps(self.as_document(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def as_document(self) -> list[dict[str, Any]]:
        """Plain lists and dictionaries, for a manifest."""
        return [step.as_document() for step in self.steps]

    @classmethod
    def from_document(cls, document: list[Mapping[str, Any]]) -> Preprocessing:
        """The reverse of ``as_document``; ``KeyError``, ``TypeError`` or ``ValueError`` otherwise."""
        return cls(tuple(_STEPS[text(step["step"])].from_document(step) for step in several(document)))


FOUNDING_PREPROCESSING = Preprocessing(
    (
        WindowStep(
            (
                (Modality.CT, FixedWindow(40, 80)),
                (Modality.CTA, FixedWindow(50, 350)),
                (Modality.MRA, FixedWindow(600, 1200)),
            )
        ),
        ClaheStep(
            (
                (Modality.CT, 2.5),
                (Modality.CTA, 3.0),
                (Modality.MRA, 3.0),
                (Modality.T1POST, 2.0),
                (Modality.T2, 2.0),
                (Modality.MR, 2.0),
            )
        ),
        StretchStep(),
        ResizeStep(),
    )
)
"""The steps of recipes v1 to v3."""
