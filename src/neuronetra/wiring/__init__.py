"""The one composition root: configuration and registry in, ready use cases out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from neuronetra import builtin
from neuronetra.config import Configuration, overridden
from neuronetra.domain.modality import Modality
from neuronetra.domain.recipes import V3
from neuronetra.errors import UsageError
from neuronetra.plugins import Registry, installed_version, load_registry

if TYPE_CHECKING:
    from neuronetra.app.inspect import Inspection, Inspector
    from neuronetra.app.predict import Predictor
    from neuronetra.ports import CheckpointStore, ModelRuntime, NetworkExporter, Preprocessor, SeriesReader

PREPROCESSOR = "opencv"
FULL = "float32"
"""The precision of every runtime and the configuration's default."""
STARTER = "starter"
SHIPPED: Mapping[str, str] = {STARTER: "neuronetra.adapters.stores.starter"}
"""Stores that come with the package, by the names that users type."""


def registry() -> Registry:
    """All plug-ins installed now."""
    return load_registry(builtin)


class Wiring:
    """Makes use cases from one configuration; plug-ins are looked up once."""

    def __init__(self, configuration: Configuration, plugins: Registry | None = None) -> None:
        self.configuration = configuration
        self.plugins = plugins or registry()

    def store(self, location: str | None = None) -> CheckpointStore:
        """The store at ``location``: a shipped one's name, a folder, or ``kind:location`` of another kind.

        Where none is named, here or in the configuration, it is the shipped ``starter``. A folder that bears a
        shipped name, or looks like the latter, is ``./name``.
        """
        location = location or self.configuration.models or STARTER
        if location in SHIPPED:
            location = f"package:{SHIPPED[location]}"
        kind, _, rest = location.partition(":")
        if not rest or kind not in self.plugins.names("checkpoint_stores"):
            kind, rest = "folder", location
        store: CheckpointStore = self.plugins.make("checkpoint_stores", kind, location=rest)
        return store

    def reader(self) -> SeriesReader:
        chosen = self.configuration
        hints = self.plugins.taken("series_readers", chosen.reader, threads=chosen.threads)
        options: dict[str, Any] = {"stack": chosen.stack or None, **hints, **chosen.reader_options}
        reader: SeriesReader = self.plugins.make("series_readers", chosen.reader, **options)
        return reader

    def preprocessor(self) -> Preprocessor:
        hints = self.plugins.taken("preprocessors", PREPROCESSOR, threads=self.configuration.threads)
        preprocessor: Preprocessor = self.plugins.make("preprocessors", PREPROCESSOR, **hints)
        return preprocessor

    def runtime(self, name: str | None = None, precision: str = FULL) -> ModelRuntime:
        """The runtime, told of device, precision and threads where these are not the defaults.

        ``precision`` is what a recipe asks for: it holds where the configuration names none (float32 is its
        default) and the runtime can compute so here; float32 is only more exact.
        """
        chosen, name = self.configuration, name or self.configuration.runtime
        options: dict[str, Any] = {
            "device": None if chosen.device == "auto" else chosen.device,
            "precision": None if chosen.precision == FULL else chosen.precision,
            "threads": chosen.threads,
            **chosen.runtime_options,
        }
        if precision != FULL and options["precision"] is None:
            with suppress(UsageError):
                asked = {**options, **self.plugins.taken("model_runtimes", name, precision=precision)}
                able: ModelRuntime = self.plugins.make("model_runtimes", name, **asked)
                return able
        runtime: ModelRuntime = self.plugins.make("model_runtimes", name, **options)
        return runtime

    def exporter(self) -> NetworkExporter:
        exporter: NetworkExporter = self.plugins.make("network_exporters", "timm")
        return exporter

    def modality(self) -> Modality | None:
        return None if self.configuration.modality is None else Modality.parse(self.configuration.modality)

    def predictor(self, keep_open: bool = True) -> Predictor:
        """A predictor with the store, reader and runtime of the configuration."""
        from neuronetra.app.ensemble import OpenEnsemble
        from neuronetra.app.predict import Predictor

        modality, reader = self.modality(), self.reader()
        store = self.store()
        runtime = self.runtime(precision=store.ensemble().recipe.precision)
        members = OpenEnsemble(store, runtime, keep_open)
        return Predictor(
            reader,
            self.preprocessor(),
            members,
            modality=modality,
            hide_names=self.configuration.hide_names,
            versions=self.versions(),
        )

    def inspector(self) -> Inspector:
        """An inspector of what recipe v3 sees."""
        from neuronetra.app.inspect import Inspector

        return Inspector(
            self.reader(),
            self.preprocessor(),
            V3.pipeline,
            self.modality(),
            self.configuration.hide_names,
        )

    def versions(self) -> Mapping[str, str]:
        """The versions of this package and of the libraries behind the adapters in use."""
        chosen = self.configuration
        used = (
            ("series_readers", chosen.reader),
            ("preprocessors", PREPROCESSOR),
            ("model_runtimes", chosen.runtime),
        )
        found = {"neuronetra": version("neuronetra"), "numpy": version("numpy")}
        for kind, name in used:
            for need in self.plugins.named(kind, name).needs:
                found[need.split("|")[0]] = installed_version(need) or "unknown"
        return found


def result_file(path: Path) -> AbstractContextManager[BinaryIO]:
    """A file for results: it takes the place of ``path`` when it is whole; a device is written straight to."""
    from neuronetra.adapters.disk.atomic import replacing

    place = path.resolve()
    return place.open("wb") if place.exists() and not place.is_file() else replacing(place)


def write_inspection(parent: str, inspection: Inspection, part: int = 1) -> Path:
    """Write an inspection below ``parent``; ``part`` tells apart series of one uid. Gives the folder."""
    from neuronetra.adapters.results.inspection_folder import write_inspection

    seen = inspection.frames, inspection.encoded, inspection.volume
    return write_inspection(parent, inspection.report, *seen, part=part)


@contextmanager
def working_folder(beside: str | None = None) -> Iterator[str]:
    """A folder to work in that is gone afterwards: in ``beside``, made if need be, or the system's own.

    What an earlier process left there when it was killed is removed. Raises ``OutputError``.
    """
    from neuronetra.adapters.disk.atomic import folder_to_work_in

    with folder_to_work_in(None if beside is None else Path(beside).absolute()) as folder:
        yield str(folder)


def open_predictor(
    store: str | os.PathLike[str] | None = None,
    *,
    config: Configuration | None = None,
    keep_open: bool = True,
    **settings: Any,
) -> Predictor:
    """A ``Predictor`` for the store at ``store`` (default: the shipped ``starter``), safe to share between threads.

    It is a context manager.

    ``settings`` are keys of ``Configuration`` (``reader="pydicom"``, ``runtime="onnx"``, ``device``,
    ``precision``, ``threads``, ``modality``, ``stack``, ``hide_names``, …) and win over ``config``.
    ``keep_open=False`` frees each network after use, with a third of the memory, for a single prediction
    (where a folder holds several series the networks are kept until the end).
    Raises ``ConfigError``, ``UsageError``, ``StoreError`` or ``PluginError``.
    """
    if store is not None:
        place = os.fspath(store)
        is_folder = not isinstance(store, str) and place in SHIPPED  # a path is never a name
        settings["models"] = os.path.join(os.curdir, place) if is_folder else place  # noqa: PTH118
    if isinstance(settings.get("modality"), Modality):
        settings["modality"] = settings["modality"].value
    return Wiring(overridden(config or Configuration(), settings)).predictor(keep_open)
