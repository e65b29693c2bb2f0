"""The command ``neuronetra`` and how its errors are shown."""

from __future__ import annotations

import os
import sys
import traceback
from typing import NoReturn

import click

from neuronetra.cli.doctor import doctor
from neuronetra.cli.inspect import inspect
from neuronetra.cli.models import models
from neuronetra.cli.plugins import plugins
from neuronetra.cli.predict import predict
from neuronetra.errors import NeuronetraError

FAILED = 2
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="neuronetra", prog_name="neuronetra")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def neuronetra(debug: bool) -> None:
    """Find intracranial aneurysms in head scans: DICOM in, 14 probabilities out.

    Research software, not a medical device.
    """


for command in (predict, inspect, models, plugins, doctor):
    neuronetra.add_command(command)


def main() -> NoReturn:
    """Run the command line and leave with its exit code; an error is one line on stderr."""
    try:
        code = neuronetra.main(prog_name="neuronetra", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: nothing half-written was left", err=True)
        code = INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    except NeuronetraError as error:
        _show(f"error: {error}")
        code = FAILED
    except MemoryError:
        _show("error: out of memory")
        code = FAILED
    except Exception as error:  # noqa: BLE001 - a defect of ours: one line for the user, more on request
        _show(f"internal error: {type(error).__name__}: run again with --debug and report it")
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)


def _show(line: str) -> None:
    click.echo(line, err=True)
    if "--debug" in sys.argv[1:]:
        traceback.print_exc()
