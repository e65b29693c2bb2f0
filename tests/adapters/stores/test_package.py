"""What a store inside a package says where there is none."""

from __future__ import annotations

import pytest

from neuronetra.adapters.stores.package import PackageStore
from neuronetra.errors import StoreNotFoundError


@pytest.mark.parametrize("location", ["no_such_package", "neuronetra.no_such_part", "json.decoder", "", ".x"])
def test_no_such_package(location: str) -> None:
    """A name that is no package's is a typed error of one line."""
    with pytest.raises(StoreNotFoundError) as caught:
        PackageStore(location)
    assert "\n" not in str(caught.value)


def test_a_package_without_an_ensemble() -> None:
    """A package that holds no models is no store."""
    with pytest.raises(StoreNotFoundError):
        PackageStore("neuronetra.domain").ensemble()
