"""The command ``neuronetra`` and how its errors are shown."""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

import click

from neuronetra.cli.demo import demo
from neuronetra.cli.doctor import doctor
from neuronetra.cli.evaluate import evaluate
from neuronetra.cli.explore import explore
from neuronetra.cli.inspect import inspect
from neuronetra.cli.ladder import ladder
from neuronetra.cli.models import models
from neuronetra.cli.plugins import plugins
from neuronetra.cli.predict import predict
from neuronetra.cli.prepare import prepare
from neuronetra.cli.synthesize import synthesize
from neuronetra.cli.train import train
from neuronetra.errors import NeuronetraError, OutputError

FAILED = 2
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="neuronetra", prog_name="neuronetra")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def neuronetra(debug: bool) -> None:
    """Find intracranial aneurysms in head scans: DICOM in, 14 probabilities out.

    Research software, not a medical device.
    """


for command in (
    demo,
    predict,
    inspect,
    synthesize,
    explore,
    prepare,
    train,
    evaluate,
    ladder,
    models,
    plugins,
    doctor,
):
    neuronetra.add_command(command)


def main() -> NoReturn:
    """Run the command line and leave with its exit code; an error is one line on stderr."""
    _heed_signals()
    _silence_libraries()
    try:
        _require_output()
        code = neuronetra.main(prog_name="neuronetra", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = INTERRUPTED
    except NeuronetraError as error:
        code = _failed(f"error: {error}")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        code = _failed(f"error: {where}{error.strerror or type(error).__name__}")
        _discard_output()
    except MemoryError:
        code = _failed("error: out of memory")
    except Exception as error:  # noqa: BLE001 - a defect of ours: one line for the user, more on request
        code = _failed(f"internal error: {type(error).__name__}: run again with --debug and report it")
    sys.exit(code if isinstance(code, int) else 0)


def _require_output() -> None:
    if sys.stdout is None:
        raise OutputError("standard output is closed", fix="use --out, or leave it open")


def _silence_libraries() -> None:
    """What codecs written in C print of damaged pixels goes nowhere (with --debug it is shown).

    An error of ours tells of them in one line; theirs stand between our own without saying of which file.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of a cache folder that it cannot have
    if sys.stderr is None:
        _occupy_stderr()
    if "--debug" in sys.argv[1:] or sys.stderr is None:
        return
    with suppress(OSError):
        own = os.dup(2)
        sys.stderr = open(own, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")  # noqa: PTH123, SIM115
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _occupy_stderr() -> None:
    """Where stderr is closed, the next file that is opened must not take its place and get what libraries print."""
    with suppress(OSError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        if nothing != 2:
            os.dup2(nothing, 2)
            os.close(nothing)


def _heed_signals() -> None:
    """Being terminated is like Ctrl-C: what is half-made is removed. A reader that has gone ends us quietly."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _discard_output() -> None:
    """What could not be written must not be tried again when the interpreter ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(line: str) -> int:
    click.echo(line, err=True)
    if "--debug" in sys.argv[1:]:
        traceback.print_exc()
    return FAILED
