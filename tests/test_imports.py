"""The import contracts hold, each is able to break, and importing the package is cheap."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = (
    "cattrs",
    "cv2",
    "jinja2",
    "matplotlib",
    "onnx",
    "onnxruntime",
    "PIL",
    "polars",
    "pydicom",
    "rich",
    "safetensors",
    "scipy",
    "SimpleITK",
    "sklearn",
    "timm",
    "torch",
)

BREAKS = [
    ("domain/locations.py", "import neuronetra.ports", "Outer layers"),
    ("domain/locations.py", "import neuronetra.app.predict", "Outer layers"),
    ("errors.py", "import neuronetra.domain.locations", "Outer layers"),
    ("app/predict.py", "import neuronetra.adapters.disk.atomic", "Outer layers"),
    ("testing/fakes.py", "import neuronetra.cli.main", "Outer layers"),
    ("adapters/readers/pydicom.py", "import neuronetra.adapters.imaging.opencv", "Groups of adapters"),
    ("adapters/dicom/files.py", "import neuronetra.adapters.readers.pydicom", "Groups of adapters"),
    ("app/predict.py", "import neuronetra.config", "Use cases"),
    ("domain/locations.py", "import pydicom", "The domain and the ports"),
    ("domain/locations.py", "import pathlib", "The domain and the ports"),
    ("wiring/__init__.py", "import torch", "Heavy libraries"),
    ("cli/predict.py", "import neuronetra.adapters.disk.atomic", "The command line"),
]


def _linted(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "NO_COLOR": "1", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources to break."""
    shutil.copytree(ROOT / "src" / "neuronetra", tmp_path / "src" / "neuronetra")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold(copy: Path) -> None:
    """As they stand, the sources keep every contract."""
    done = _linted(copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " broken" in done.stdout


@pytest.mark.parametrize(("file", "line", "contract"), BREAKS)
def test_contract_breaks(copy: Path, file: str, line: str, contract: str) -> None:
    """One forbidden import, and the contract that forbids it is reported as broken."""
    path = copy / "src" / "neuronetra" / file
    path.write_text(f"{path.read_text()}\n\ndef _broken() -> None:\n    {line}\n")
    done = _linted(copy)
    assert done.returncode != 0
    broken = [text for text in done.stdout.splitlines() if text.rstrip().endswith("BROKEN")]
    assert any(text.startswith(contract) for text in broken), done.stdout


def test_unlisted_module_breaks_the_layers(copy: Path) -> None:
    """The contracts are exhaustive: a module that no layer names is reported."""
    (copy / "src" / "neuronetra" / "helpers.py").write_text('"""Nowhere."""\n')
    done = _linted(copy)
    assert done.returncode != 0
    assert "helpers" in done.stdout + done.stderr


def _loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(chr(10).join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.splitlines()}


def test_import_loads_nothing_heavy() -> None:
    """``import neuronetra`` loads no library but, at the most, numpy and attrs."""
    assert not _loaded("import neuronetra") & set(HEAVY)


def test_domain_loads_numpy_and_attrs_alone() -> None:
    """The domain and the ports load nothing from outside but numpy and attrs."""
    loaded = _loaded(
        "import neuronetra.ports, neuronetra.domain.stacking, neuronetra.app.predict, neuronetra.app.prepare\n"
        "import neuronetra.app.explore, neuronetra.app.evaluate, neuronetra.app.synthesize"
    )
    assert not loaded & {*HEAVY, "click", "pluggy", "platformdirs"}


@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "predict --help",
        "models --help",
        "synthesize --help",
        "prepare --help",
        "explore --help",
        "evaluate --help",
        "--version",
    ],
)
def test_help_loads_nothing_heavy(arguments: str) -> None:
    """Help answers without loading any library of an adapter."""
    code = f"""
sys.argv = ["neuronetra", *{arguments!r}.split()]
import contextlib, io
from neuronetra.cli import main
with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.suppress(SystemExit):
    main()
assert text.getvalue(), "no help"
"""
    assert not _loaded(code) & set(HEAVY)


def test_public_names_are_there() -> None:
    """Every public name of the package can be had, and an unknown one is an AttributeError."""
    import neuronetra

    for name in neuronetra.__all__:
        assert getattr(neuronetra, name) is not None
    assert set(neuronetra.__all__) <= set(dir(neuronetra))
    assert neuronetra.__version__
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = neuronetra.no_such_name


def test_no_file_is_long() -> None:
    """No file is over 300 lines and no function over 50."""
    import ast

    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text()
        assert len(text.splitlines()) <= 300, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 50, f"{path}: {node.name}"


def test_only_the_command_line_prints() -> None:
    """There is no print outside cli."""
    import ast

    for path in (ROOT / "src" / "neuronetra").rglob("*.py"):
        if "cli" in path.parts:
            continue
        names = [n.id for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Name)]
        assert "print" not in names, path


def test_rule_25_no_file_set_and_a_pydicom_that_stays_in_its_folder() -> None:
    """Earlier versions follow paths out of a FileSet, and nothing here uses one on input from outside."""
    requirements = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (floor,) = [text.split(">=")[1] for text in requirements if text.startswith("pydicom>=")]
    assert tuple(map(int, floor.split("."))) >= (3, 0, 2)
    for path in (ROOT / "src").rglob("*.py"):
        assert "fileset" not in path.read_text().lower(), path
