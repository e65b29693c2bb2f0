"""``python -m neuronetra``."""

from neuronetra.cli import main

main()
