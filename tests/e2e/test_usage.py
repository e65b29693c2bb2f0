"""Options, configuration, plug-ins and wrong usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neuronetra.testing.command_line import ALL_DONE, NONE_DONE, predictions, refused, run


@pytest.fixture(autouse=True)
def _own_cache(fresh_cache: Path) -> None:
    """Optimised copies go to a folder of the test's own."""


def test_unknown_reader(scan: Path, small_store: Path) -> None:
    """An unknown name is refused with the names that there are."""
    line = refused("predict", scan, "--models", small_store, "--reader", "pydicon")
    assert "pydicon" in line
    assert "simpleitk" in line


def test_unknown_format(scan: Path, small_store: Path) -> None:
    """So is an unknown format."""
    assert "parquet" in refused("predict", scan, "--models", small_store, "--format", "xlsx")


def test_configuration_file(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """A TOML file says what the options say, options win, and unknown keys are refused by name."""
    file = tmp_path / "my.toml"
    file.write_text(f'models = "{small_store}"\nmodality = "MRA"\nruntime = "torch"\n')
    (found,) = predictions(scan, "--config", file)
    assert found["modality"] == "MRA"
    assert "torch" in found["versions"]
    (found,) = predictions(scan, "--config", file, "--modality", "CT", "--runtime", "onnx")
    assert found["modality"] == "CT"
    assert "onnxruntime" in found["versions"]
    file.write_text('modells = "store"\n')
    line = refused("predict", scan, "--config", file)
    assert "modells" in line
    assert "models" in line
    file.write_text("threads = true\n")
    assert "threads" in refused("predict", scan, "--config", file)


def test_plugins_and_doctor() -> None:
    """Both list what is there; doctor is content with this environment."""
    offers = json.loads(run("plugins", "--format", "json").stdout)
    assert {"pydicom", "simpleitk", "onnx", "torch"} <= {entry["name"] for entry in offers["plugins"]}
    assert offers["problems"] == []
    done = run("doctor", "--format", "json")
    assert done.returncode == ALL_DONE, done.stdout
    rows = json.loads(done.stdout)
    assert any(row["what"] == "runtime onnx" and "runs on" in row["found"] for row in rows)


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict"],
        ["predict", "x", "--device", "tpu"],
        ["predict", "x", "--threads", "0"],
        ["nonsense"],
        ["inspect", "x", "--modality", "PET"],
    ],
)
def test_bad_usage(arguments: list[str]) -> None:
    """Wrong usage is exit code 2, said on stderr, without a traceback."""
    done = run(*arguments)
    assert done.returncode == NONE_DONE
    assert done.stdout == ""
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


def test_traceback_only_with_debug(scan: Path, tmp_path: Path) -> None:
    """--debug shows the traceback, before or after the command's name; otherwise there is none."""
    arguments = ["predict", str(scan), "--models", str(tmp_path / "absent")]
    assert "Traceback" not in run(*arguments).stderr
    assert "Traceback" in run(*arguments, "--debug").stderr
    assert "Traceback" in run("--debug", *arguments).stderr
