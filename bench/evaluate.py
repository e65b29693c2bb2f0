"""What `neuronetra evaluate` costs at 400 and at 4,000 series, step by step, and as the command in a whole.

    python bench/evaluate.py [--series 400 4000] [--bootstraps 1000] [--format table|json]

The cohort is made up: one tiny DICOM file a series (links to one file), two series a patient, labels and
probabilities by chance with the data set's prevalences. Memory is the command's highest, in MB.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from neuronetra.app.evaluate import Evaluator
from neuronetra.cli.cohort_options import read_cohort
from neuronetra.domain.locations import LABELS
from neuronetra.testing.cohort_builder import MODALITIES, small_cohort
from neuronetra.wiring.evaluation import FORMS, predictions_at, rendered

POSITIVE = 0.43
COLUMNS = (
    "series",
    "cohort s",
    "predictions s",
    "measure s",
    *(f"{form} s" for form in FORMS),
    "command s",
    "MB",
)
_MEMORY = "import resource,sys,subprocess as s; c=s.call(sys.argv[1:],stdout=s.DEVNULL,stderr=s.DEVNULL);"
_MEMORY += "print(c, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"


def made_up(folder: Path, count: int, seed: int = 0) -> tuple[Path, Path]:
    """A cohort of ``count`` series and a table of predictions for it."""
    chance = np.random.default_rng(seed)
    one = next((small_cohort(folder / "one", series=1, slices=1) / "series").rglob("*.dcm"))
    cohort = folder / "cohort"
    labels = _labels(chance, count)
    probabilities = np.clip(0.2 + 0.2 * labels + 0.2 * chance.random((count, 14)), 0, 1)
    uids = [f"1.2.3.{number}" for number in chance.permutation(count)]
    for uid in uids:
        (cohort / "series" / uid).mkdir(parents=True)
        os.link(one, cohort / "series" / uid / "1.dcm")
    facts = ((f"p{i // 2}", int(chance.integers(20, 90)), ("Male", "Female")[i % 2]) for i in range(count))
    known = [
        [uid, patient, age, sex, MODALITIES[number % 4], *map(int, labels[number])]
        for number, (uid, (patient, age, sex)) in enumerate(zip(uids, facts, strict=True))
    ]
    head = ["SeriesInstanceUID", "PatientID", "PatientAge", "PatientSex", "Modality", *LABELS]
    _write(cohort / "train.csv", head, known)
    given = [[uid, *map(float, row)] for uid, row in zip(uids, probabilities, strict=True)]
    _write(folder / "predictions.csv", ["series_uid", *LABELS], given)
    return cohort, folder / "predictions.csv"


def _labels(chance: np.random.Generator, count: int) -> np.ndarray:
    """(count, 14): the positive have one location, a few two."""
    labels = np.zeros((count, 14), bool)
    for row in np.flatnonzero(chance.random(count) < POSITIVE):
        labels[row, chance.choice(13, 1 + int(chance.random() < 0.12), replace=False)] = True
    labels[:, 13] = labels[:, :13].any(axis=1)
    return labels


def _write(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])


@contextmanager
def _timed(row: dict[str, Any], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    row[name] = round(time.perf_counter() - started, 2)


def measured(count: int, bootstraps: int) -> dict[str, Any]:
    """One row of the table."""
    row: dict[str, Any] = {"series": count}
    with tempfile.TemporaryDirectory() as folder:
        cohort, predictions = made_up(Path(folder), count)
        with _timed(row, "cohort s"):
            labelled = read_cohort(str(cohort))
        with _timed(row, "predictions s"):
            table = predictions_at(str(predictions))
        with _timed(row, "measure s"):
            found = Evaluator(bootstraps).evaluate(labelled, table)
        for form in FORMS:
            with _timed(row, f"{form} s"):
                rendered(found.as_document(), form)
        command = [sys.executable, "-m", "neuronetra", "evaluate", str(cohort), "--format", "html"]
        command += ["--predictions", str(predictions), "--bootstraps", str(bootstraps)]
        with _timed(row, "command s"):
            said = subprocess.check_output([sys.executable, "-c", _MEMORY, *command], text=True)
        code, kilobytes = map(int, said.split())
        row["MB"] = round(kilobytes / 1024) if code == 0 else f"failed with {code}"
    return row


def main(show: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, nargs="+", default=[400, 4000])
    parser.add_argument("--bootstraps", type=int, default=1000)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    given = parser.parse_args()
    rows = [measured(count, given.bootstraps) for count in given.series]
    if given.format == "json":
        show(json.dumps(rows, indent=1))
        return
    show("  ".join(f"{name:>13}" for name in COLUMNS))
    for row in rows:
        show("  ".join(f"{row[name]:>13}" for name in COLUMNS))


if __name__ == "__main__":
    main()
