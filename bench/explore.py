"""How the cost of ``explore`` grows with the number of series: time and memory.

    python bench/explore.py [--series 400 4000] [--slices 4] [--jobs 2] [--work FOLDER] [--format table|json]

Makes cohorts of tiny series in a temporary place (kept below ``--work`` where that is given) and explores
each in a process of its own. Columns: seconds to read the tables, to look at all series, and from beginning
to end with the page; milliseconds a series; the largest memory of the exploring process in MB; the size of
the page.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from neuronetra.app.cohort import opened
from neuronetra.config import Configuration
from neuronetra.testing.cohort_builder import small_cohort
from neuronetra.wiring import Wiring
from neuronetra.wiring.cohorts import cohort_at
from neuronetra.wiring.exploration import explored, write_page


def main() -> None:
    """Make, explore, print."""
    given = _arguments()
    if given.one is not None:
        print(json.dumps(_explored(given.one, given.jobs)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        rows = [_row(Path(given.work or temporary), count, given) for count in given.series]
    if given.format == "json":
        print(json.dumps(rows, indent=1))
        return
    print("  ".join(f"{name:>12}" for name in rows[0]))
    for row in rows:
        print("  ".join(f"{value:>12}" for value in row.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--series", type=int, nargs="+", default=[400, 4000])
    parser.add_argument("--slices", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


def _row(work: Path, count: int, given: argparse.Namespace) -> dict[str, Any]:
    """A cohort of ``count`` series, made where it is not there, explored in a process of its own."""
    folder = work / f"cohort-{count}-{given.slices}"
    if not folder.exists():
        small_cohort(folder, series=count, slices=given.slices, seed=count)
    command = [sys.executable, __file__, "--one", str(folder), "--jobs", str(given.jobs)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {"series": count, **json.loads(done.stdout)}


def _explored(cohort: str, jobs: int) -> dict[str, Any]:
    """Times and memory of one exploration, in this process."""
    wiring, marks = Wiring(Configuration()), [time.perf_counter()]
    source = cohort_at(wiring, cohort)
    labelled = opened(source)
    marks.append(time.perf_counter())
    seen: list[float] = []

    def progress(done: int, total: int) -> None:
        if done == total:
            seen.append(time.perf_counter())

    found = explored(wiring, cohort, source, labelled, jobs, progress)
    with tempfile.TemporaryDirectory() as folder:
        write_page(found, str(Path(folder, "page.html")))
        size = Path(folder, "page.html").stat().st_size
    marks.append(time.perf_counter())
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "tables s": round(marks[1] - marks[0], 2),
        "look s": round(seen[0] - marks[1], 2),
        "whole s": round(marks[2] - marks[0], 2),
        "ms a series": round(1000 * (marks[2] - marks[0]) / len(labelled), 1),
        "own MB": round(own),
        "page MB": round(size / 1e6, 2),
    }


if __name__ == "__main__":
    main()
