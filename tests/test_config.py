"""Configuration: known keys of the right types, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.config import Configuration, configuration_from, read_configuration
from neuronetra.errors import ConfigError
from neuronetra.wiring import open_predictor


def test_defaults() -> None:
    """An empty file is the defaults: pydicom, onnx, float32."""
    found = configuration_from({})
    assert found == Configuration()
    assert (found.reader, found.runtime, found.precision) == ("pydicom", "onnx", "float32")


def test_every_key_is_read(tmp_path: Path) -> None:
    """A file with every key gives just that."""
    file = tmp_path / "neuronetra.toml"
    file.write_text(
        'models = "store"\nreader = "simpleitk"\nruntime = "torch"\ndevice = "cpu"\n'
        'precision = "bfloat16"\nthreads = 3\nmodality = "MRA"\nstack = 1\nhide_names = true\n'
        "[reader_options]\ndepth = 2\n[runtime_options]\ncache = ''\n"
    )
    assert read_configuration(str(file)) == Configuration(
        models="store",
        reader="simpleitk",
        runtime="torch",
        device="cpu",
        precision="bfloat16",
        threads=3,
        modality="MRA",
        stack=1,
        hide_names=True,
        reader_options={"depth": 2},
        runtime_options={"cache": ""},
    )


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ({"threads": "2"}, "threads"),
        ({"threads": True}, "threads"),
        ({"threads": 2.0}, "threads"),
        ({"hide_names": "no"}, "hide_names"),
        ({"models": 3}, "models"),
        ({"reader_options": 3}, "reader_options"),
        ({"device": "tpu"}, "device"),
        ({"precision": "float8"}, "precision"),
        ({"threads": 0}, "threads"),
        ({"stack": -1}, "stack"),
        ({"models": ""}, "models"),
        ({"models": "a\0b"}, "models"),
        ({"raeder": "pydicom"}, "raeder"),
        ({"predict": {"threads": 2}}, "predict"),
    ],
)
def test_wrong_keys_and_types_are_named(document: dict[str, object], key: str) -> None:
    """No silent cast and no ignored key: the error names the key."""
    with pytest.raises(ConfigError, match=key):
        configuration_from(document, "my.toml")


def test_near_name_is_suggested() -> None:
    """A misspelt key comes with the nearest one."""
    with pytest.raises(ConfigError, match="did you mean 'modality'"):
        configuration_from({"modalty": "CT"})


@pytest.mark.parametrize("content", [b"models = ", b"\xff\xfe", b"[a]\n[a]\n", b"a = " + b"[" * 3000])
def test_file_that_is_not_toml(tmp_path: Path, content: bytes) -> None:
    """It is one error that names the file."""
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"bad\.toml"):
        read_configuration(str(file))


def test_no_such_file(tmp_path: Path) -> None:
    """So is a file that is not there."""
    with pytest.raises(ConfigError, match="absent"):
        read_configuration(str(tmp_path / "absent.toml"))


def test_unknown_setting_of_the_api() -> None:
    """The Python door refuses unknown settings as the file does."""
    with pytest.raises(ConfigError, match="did you mean 'reader'"):
        open_predictor("store", raeder="pydicom")


def test_wrong_type_at_the_api() -> None:
    """And wrong types too."""
    with pytest.raises(ConfigError, match="threads"):
        open_predictor("store", threads="two")
