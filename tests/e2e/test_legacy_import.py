"""``neuronetra models import``: state dictionaries by the founding description's names, strictly, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch", reason="networks need the extra train")
from safetensors.torch import load_file

from neuronetra.adapters.networks.timm import build_network
from neuronetra.cli.main import neuronetra
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.recipes import V3, Architecture
from neuronetra.errors import NeuronetraError
from neuronetra.testing.command_line import ALL_DONE, predictions, refused, run
from neuronetra.testing.running_command import tree
from neuronetra.testing.small_training import recipe_text

NAME = "test_efficientnet_fold0_epoch8_score0.608421"
SPEC = ModelSpec(Architecture("test_efficientnet", "test_efficientnet"), (48, 48))
State = dict[str, Any]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "legacy.toml"
    path.write_text(recipe_text("legacy"))
    return path


@pytest.fixture(scope="module")
def states() -> tuple[State, State]:
    """What two folds left behind."""
    return tuple(dict(build_network(SPEC, seed).backbone.state_dict()) for seed in (1, 2))  # type: ignore[return-value]


def told_here(*arguments: object) -> str:
    """The line of an import that fails, without a process of its own: importing torch takes seconds."""
    done = CliRunner().invoke(neuronetra, ["models", "import", *map(str, arguments)])
    assert isinstance(done.exception, NeuronetraError), done.output
    assert done.stdout == ""
    return str(done.exception)


def _kept(state: State, path: Path) -> Path:
    torch.save(state, path)
    return path


def test_folds_become_an_ensemble(
    states: tuple[State, State], recipe: Path, scan: Path, fresh_cache: Path, tmp_path: Path
) -> None:
    """Two folds, one as DataParallel left it, one in a trainer's wrapper: imported as they are, chosen, and used."""
    first = _kept({f"module.{name}": value for name, value in states[0].items()}, tmp_path / f"{NAME}.pth")
    other = NAME.replace("fold0_epoch8_score0.608421", "fold1_epoch3_score0.571000")
    second = _kept({"epoch": 3, "state_dict": states[1]}, tmp_path / f"{other}.pth")  # type: ignore[dict-item]
    store = tmp_path / "store"
    done = run("models", "import", store, first, second, "--recipe", recipe)
    assert done.returncode == ALL_DONE, done.stderr
    for name, state in ((NAME, states[0]), (other, states[1])):
        found = load_file(store / f"{name}.safetensors")
        assert all(torch.equal(found[key], value) for key, value in state.items())
    assert run("models", "choose", store, "--recipe", recipe).returncode == ALL_DONE
    assert run("models", "verify", store).returncode == ALL_DONE
    (one,) = predictions(scan, "--models", store)
    assert sorted(one["model"]["members"]) == sorted([NAME, other])
    listed = json.loads(run("models", "list", store, "--format", "json").stdout)
    assert {row["name"]: row["score"] for row in listed} == {NAME: 0.608421, other: 0.571}


@pytest.mark.parametrize(
    "name",
    [
        "best_model",
        NAME.replace("608421", "6084"),
        NAME.replace("0.608421", "1.608421"),
        NAME.replace("0.608421", "nan"),
        NAME.replace("score0.608421", "score-0.60842"),
        NAME.replace("_fold0", "_fold00"),
        NAME.replace("_epoch8", ""),
        NAME.upper(),
        f"{NAME}.best",
        NAME.replace("0.608421", "0.000000"),
        NAME.replace("test_efficientnet", "densenet"),
    ],
)
def test_names_that_do_not_parse(
    name: str, states: tuple[State, State], recipe: Path, tmp_path: Path
) -> None:
    """A name that is not exactly the pattern, of an architecture that the recipe has: one line, and no store."""
    given = _kept(states[0], tmp_path / f"{name}.pth")
    line = told_here(tmp_path / "store", given, "--recipe", recipe)
    assert name in line
    assert not tree(tmp_path / "store")


def _other_size() -> State:
    spec = ModelSpec(Architecture("test_resnet", "test_resnet"), (48, 48))
    return dict(build_network(spec, 1).backbone.state_dict())


class _Payload:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.target),))


WRONG: dict[str, tuple[Callable[[State, Path], object], str]] = {
    "another network": (lambda *_: _other_size(), "the weights are not this network's"),
    "a thousand classes": (
        lambda state, _: {**state, "classifier.weight": torch.ones(1000, 256)},
        "classifier.weight is (1000, 256), not (14, 256)",
    ),
    "no classifier": (
        lambda state, _: {name: value for name, value in state.items() if "classifier" not in name},
        "classifier.weight is missing",
    ),
    "not a number": (
        lambda state, _: {**state, "classifier.bias": torch.full((14,), float("nan"))},
        "classifier.bias is not finite",
    ),
    "whole numbers": (
        lambda state, _: {**state, "classifier.bias": torch.ones(14, dtype=torch.int64)},
        "classifier.bias is int64, not float32",
    ),
    "4 TB": (
        lambda state, _: {**state, "gain": torch.ones(1).expand(10**12)},
        "gain is unknown",
    ),
    "holds itself": (lambda *_: _holding_itself(), "no state dictionary in it"),
    "an optimiser": (lambda *_: {"optimizer": {"lr": 0.1}}, "no state dictionary in it"),
    "a payload": (lambda state, place: {"state_dict": state, "extra": _Payload(place)}, "nothing was run"),
}


def _holding_itself() -> dict[str, object]:
    given: dict[str, object] = {"epoch": 8}
    given["state_dict"] = given
    return given


@pytest.mark.parametrize("wrong", list(WRONG))
def test_what_is_not_the_networks_own(
    wrong: str, states: tuple[State, State], recipe: Path, tmp_path: Path
) -> None:
    """Other names, shapes, kinds or values, and files that would run code: one line, nothing run, and no store."""
    make, words = WRONG[wrong]
    ran, given = tmp_path / "ran", tmp_path / f"{NAME}.pth"
    torch.save(make(states[0], ran), given)
    line = told_here(tmp_path / "store", given, "--recipe", recipe)
    assert words in line
    assert given.name in line
    assert not ran.exists()
    assert not tree(tmp_path / "store")


def test_a_payload_is_one_line_on_stderr(states: tuple[State, State], recipe: Path, tmp_path: Path) -> None:
    """The same in a process of its own: exit code 2, one line and no warning of a library beside it."""
    ran, given = tmp_path / "ran", tmp_path / f"{NAME}.pth"
    torch.save({"state_dict": states[0], "extra": _Payload(ran)}, given)
    assert "nothing was run" in refused("models", "import", tmp_path / "store", given, "--recipe", recipe)
    assert not ran.exists()


def test_a_member_that_is_there_is_kept(states: tuple[State, State], recipe: Path, tmp_path: Path) -> None:
    """The same name twice: the second is refused, and the first stays as it was, byte for byte."""
    given = _kept(states[0], tmp_path / f"{NAME}.pth")
    store = tmp_path / "store"
    assert run("models", "import", store, given, "--recipe", recipe).returncode == ALL_DONE
    before = tree(store)
    _kept(states[1], given)
    assert "has a member of this name" in told_here(store, given, "--recipe", recipe)
    assert tree(store) == before


@pytest.mark.full_size
def test_the_founding_descriptions_own_name(tmp_path: Path) -> None:
    """`effnetv2s_fold0_epoch8_score0.608421.pth` is a member of v3 without a word about the recipe."""
    name = "effnetv2s_fold0_epoch8_score0.608421"
    network = build_network(ModelSpec(V3.architectures[0]), seed=1)
    given = _kept(dict(network.backbone.state_dict()), tmp_path / f"{name}.pth")
    done = run("models", "import", tmp_path / "store", given)
    assert done.returncode == ALL_DONE, done.stderr
    assert json.loads((tmp_path / "store" / f"{name}.json").read_text())["score"] == 0.608421
