"""A predictor made of fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from neuronetra.app.ensemble import OpenEnsemble
from neuronetra.app.predict import Predictor
from neuronetra.testing.fakes import FakePreprocessor, FakeReader, FakeRuntime, MemoryStore, tiny_recipe


@pytest.fixture
def predictor_of() -> Iterator[Callable[..., Predictor]]:
    """Makes predictors from fakes, each of which may be given; all are closed at the end."""
    with ExitStack() as closing:

        def make(
            reader: FakeReader,
            runtime: FakeRuntime | None = None,
            store: MemoryStore | None = None,
            keep_open: bool = True,
            **settings: Any,
        ) -> Predictor:
            kept = store or MemoryStore.filled(tiny_recipe())
            members = OpenEnsemble(kept, runtime or FakeRuntime(), keep_open)
            preprocessor = settings.pop("preprocessor", None) or FakePreprocessor()
            return closing.enter_context(Predictor(reader, preprocessor, members, **settings))

        yield make
