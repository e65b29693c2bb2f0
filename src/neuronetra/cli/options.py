"""Options that several commands share, and the configuration that they make together with a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from neuronetra.config import Configuration

DEFAULT_FILE = "neuronetra.toml"
MODALITIES = ("CT", "CTA", "MRA", "T1post", "T2", "MR")

F = TypeVar("F", bound=Callable[..., Any])

_CONFIG = click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help=f"Configuration in TOML (default: {DEFAULT_FILE} if there).",
)
_DEBUG = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
_READER = click.option(
    "--reader", metavar="NAME", help="Reader: pydicom (default), simpleitk or a plug-in's."
)
_MODALITY = click.option(
    "--modality",
    type=click.Choice(MODALITIES, case_sensitive=False),
    help="Overrides what the headers say.",
)
_STACK = click.option(
    "--stack",
    type=click.IntRange(0),
    help="Which stack of a series with several: 0 (default) is the largest.",
)
_HIDE = click.option(
    "--hide-names", is_flag=True, default=None, help="Replace uids and file names by numbers in all output."
)
_MODELS = click.option(
    "--models",
    metavar="STORE",
    help="The model store: a folder, or package:NAME (default: starter, which is shipped).",
)
_RUNTIME = click.option("--runtime", metavar="NAME", help="Runtime: onnx (default), torch or a plug-in's.")
_DEVICE = click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where networks run.")
_PRECISION = click.option(
    "--precision", type=click.Choice(["float32", "float16", "bfloat16"]), help="Default: float32."
)
_THREADS = click.option("--threads", type=click.IntRange(1), help="Cores to use (default: all).")

READING = (_READER, _MODALITY, _STACK, _HIDE, _CONFIG, _DEBUG)
RUNNING = (_MODELS, _RUNTIME, _DEVICE, _PRECISION, _THREADS)
SCORING = (_RUNTIME, _DEVICE, _PRECISION, _THREADS, _READER, _CONFIG)
"""Of commands that score a whole cohort."""


def options(*groups: Callable[[F], F]) -> Callable[[F], F]:
    """A decorator that adds the options in this order."""

    def decorate(function: F) -> F:
        for option in reversed(groups):
            function = option(function)
        return function

    return decorate


def configuration(config_file: str | None, **given: Any) -> Configuration:
    """The file's settings, and over them those given on the command line (the rest are ``None``)."""
    from neuronetra.config import Configuration, overridden, read_configuration

    if config_file is None and Path(DEFAULT_FILE).is_file():
        config_file = DEFAULT_FILE
    base = Configuration() if config_file is None else read_configuration(config_file)
    return overridden(base, given, "command line")
