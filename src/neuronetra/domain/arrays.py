"""Arrays inside frozen values: checked when the value is made, copied, then locked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
UInt8 = npt.NDArray[np.uint8]


def locked(array: npt.ArrayLike, dtype: npt.DTypeLike | None = None) -> Array:
    """A read-only copy of ``array`` in C order; what is read-only and owns its data is shared."""
    given = np.asarray(array, dtype=dtype)
    if not given.flags.writeable and given.base is None and given.flags.c_contiguous:
        return given
    copy = np.array(given, order="C", copy=True)
    copy.flags.writeable = False
    return copy


def locked_float64(values: npt.ArrayLike) -> Float64:
    """A read-only float64 copy."""
    return locked(values, np.float64)


def locked_if_given(values: npt.ArrayLike | None) -> Array | None:
    """A read-only copy in the dtype it has; ``None`` stays ``None``."""
    return None if values is None else locked(values)


def locked_as_given(values: npt.ArrayLike) -> Array:
    """A read-only copy in the dtype it has."""
    return locked(values)


def own(array: Array) -> Array:
    """``array`` itself, locked: for a caller that made it and gives it away without a copy."""
    whole = np.ascontiguousarray(array)
    if whole.base is not None:
        return locked(whole)
    whole.flags.writeable = False
    return whole


def require_shape(name: str, array: Array, shape: tuple[int | None, ...]) -> None:
    """Raise ``ValueError`` unless ``array`` has ``shape``; ``None`` stands for any length above 0."""
    fits = array.ndim == len(shape) and all(
        length == wanted if wanted is not None else length > 0
        for length, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted_text = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise ValueError(f"{name} has shape {array.shape}, expected {wanted_text}")


def require_dtype(name: str, array: Array, dtype: npt.DTypeLike) -> None:
    """Raise ``TypeError`` unless ``array`` already has ``dtype``: a silent cast would hide a mistake."""
    if array.dtype != np.dtype(dtype):
        raise TypeError(f"{name} has dtype {array.dtype}, expected {np.dtype(dtype)}")


def summary(array: Array | None) -> str:
    """Shape and dtype, for a ``repr`` that does not print pixels."""
    return "None" if array is None else f"<{array.dtype} {array.shape}>"


def same(left: Array | None, right: Array | None) -> bool:
    """Equality of two optional arrays by value, NaN equal to NaN."""
    if left is None or right is None:
        return left is right
    return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
