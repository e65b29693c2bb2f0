"""The command line: the only place that prints. Results go to stdout, everything else to stderr."""

from __future__ import annotations

from neuronetra.cli.main import main

__all__ = ["main"]
