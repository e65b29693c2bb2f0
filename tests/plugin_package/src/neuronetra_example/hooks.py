"""What this package offers."""

from __future__ import annotations

from neuronetra import Plugin, hookimpl
from neuronetra_example.reader import CountingReader
from neuronetra_example.runtime import BrightnessRuntime


@hookimpl
def neuronetra_series_readers() -> list[Plugin]:
    return [Plugin("counting", CountingReader)]


@hookimpl
def neuronetra_model_runtimes() -> list[Plugin]:
    return [Plugin("brightness", BrightnessRuntime)]
