"""How hypothesis draws, and a small store of real networks that many tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING, Preprocessing, ResizeStep
from neuronetra.domain.recipes import Architecture, Pipeline, Recipe
from neuronetra.domain.views import MIRRORED, ORIGINAL
from neuronetra.testing.series_builder import SeriesPlan, build

settings.register_profile("ci", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile("ci")

SMALL = Preprocessing((*FOUNDING_PREPROCESSING.steps[:-1], ResizeStep(64, 64)))
SMALL_RECIPE = Recipe(
    "small",
    (
        Architecture("mobilenet", "mobilenetv3_small_050.lamb_in1k"),
        Architecture("resnet", "test_resnet.r160_in1k", (0.5,) * 3, (0.5,) * 3),
    ),
    folds=2,
    views=(ORIGINAL, MIRRORED),
    pipeline=Pipeline(preprocessing=SMALL),
)


@pytest.fixture(scope="session")
def small_recipe() -> Recipe:
    """Two small timm architectures, two folds, two views, 64 x 64."""
    return SMALL_RECIPE


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of ``small_recipe``, untrained. Not to be written to."""
    pytest.importorskip("torch", reason="making networks needs the extra train")
    from neuronetra.adapters.runtimes.onnx import OnnxRuntime
    from neuronetra.adapters.runtimes.torch import TorchRuntime
    from neuronetra.adapters.stores.folder import FolderStore
    from neuronetra.adapters.training.exporter import TimmExporter
    from neuronetra.app.make_members import MemberMaker

    place = tmp_path_factory.mktemp("small")
    work = place / "work"
    work.mkdir()
    store = FolderStore(str(place / "store"))
    runtimes = TorchRuntime(device="cpu"), OnnxRuntime(device="cpu", cache="")
    MemberMaker(store, TimmExporter(), *runtimes, str(work)).initialise(SMALL_RECIPE, seed=1)
    return place / "store"


@pytest.fixture(scope="session")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one made-up axial CT series of 24 slices."""
    folder = tmp_path_factory.mktemp("scan")
    build(SeriesPlan(shape=(24, 48, 40), modality="CT", slope=0.1, intercept=-150.0)).write(folder)
    return folder


@pytest.fixture
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, for this process and those it starts."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder
