"""What a recipe's precision asks of a runtime."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from neuronetra.app import ensemble as ensemble_module
from neuronetra.config import Configuration
from neuronetra.domain.recipes import V1, Recipe
from neuronetra.errors import UsageError
from neuronetra.plugins import Offer, Plugin, Registry
from neuronetra.wiring import Wiring, registry


class _Runtimes:
    """A factory of runtimes that keeps the precisions of those it made and refuses others as theirs do."""

    def __init__(self, *able: str) -> None:
        self.able, self.made = able, list[str]()

    def __call__(self, device: str = "auto", precision: str = "float32", threads: int | None = None) -> Any:
        if precision not in self.able:
            raise UsageError("the runtime cannot compute so", found=precision)
        self.made.append(precision)
        return object()


def _wiring(factory: Any, **settings: Any) -> Wiring:
    offers = (Offer("model_runtimes", Plugin("fake", factory), "mine"),)
    return Wiring(Configuration(runtime="fake", **settings), Registry(offers))


@pytest.mark.parametrize(
    ("able", "settings", "recipe", "expected"),
    [
        (("float32", "float16"), {}, "float16", "float16"),
        (("float32", "float16"), {}, "float32", "float32"),
        (("float32",), {}, "float16", "float32"),
        (("float32", "float16", "bfloat16"), {"precision": "bfloat16"}, "float16", "bfloat16"),
        (
            ("float32", "float16", "bfloat16"),
            {"runtime_options": {"precision": "bfloat16"}},
            "float16",
            "bfloat16",
        ),
    ],
)
def test_the_recipes_precision_where_nobody_says_another(
    able: tuple[str, ...], settings: dict[str, Any], recipe: str, expected: str
) -> None:
    """It is asked for, float32 stands in where it is not to be had, and the user's own word wins."""
    factory = _Runtimes(*able)
    _wiring(factory, **settings).runtime(precision=recipe)
    assert factory.made == [expected]


def test_a_users_precision_that_is_not_to_be_had() -> None:
    """Is an error, whatever the recipe asks for."""
    with pytest.raises(UsageError, match="cannot compute so; found bfloat16"):
        _wiring(_Runtimes("float32"), precision="bfloat16").runtime(precision="float16")


def test_a_runtime_without_that_option() -> None:
    """Is not asked."""
    made = _wiring(lambda threads=None: f"on {threads}", threads=2).runtime(precision="float16")
    assert made == "on 2"


def test_the_onnx_runtime_takes_any_recipe() -> None:
    """It computes in float32, which is only more exact; asked for by the user it is an error as ever."""
    assert Wiring(Configuration()).runtime("onnx", "float16").weights == "onnx"
    with pytest.raises(UsageError, match="computes in float32"):
        Wiring(Configuration(precision="float16")).runtime("onnx")


@pytest.mark.parametrize(("precision", "expected"), [("float16", "float32"), ("bfloat16", "bfloat16")])
def test_torch_without_a_gpu(precision: str, expected: str) -> None:
    """Computes in bfloat16, and in float32 where a recipe asks for float16."""
    pytest.importorskip("torch", reason="the torch runtime needs the extra train")
    runtime: Any = Wiring(Configuration(device="cpu")).runtime("torch", precision)
    assert str(runtime._precision) == f"torch.{expected}"


class _Store:
    """Holds an ensemble of ``recipe``, and no more."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def ensemble(self) -> Any:
        return type("Chosen", (), {"recipe": self.recipe})()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The runtimes that ensembles are opened with."""
    kept: list[Any] = []

    class Opened:
        identity = None

        def __init__(self, store: Any, runtime: Any, keep_open: bool) -> None:
            kept.append(runtime)

    monkeypatch.setattr(ensemble_module, "OpenEnsemble", Opened)
    return kept


def test_a_predictor_computes_as_the_ensembles_recipe_says(
    opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recipe that counts is the one of the store's ensemble."""
    factory, shipped = _Runtimes("float32", "float16"), registry()
    offers = (*shipped.offers, Offer("model_runtimes", Plugin("fake", factory), "mine"))
    wiring = Wiring(Configuration(runtime="fake"), Registry(offers))
    monkeypatch.setattr(wiring, "store", lambda: _Store(evolve(V1, name="mine", precision="float16")))
    wiring.predictor()
    assert factory.made == ["float16"]
    assert len(opened) == 1
