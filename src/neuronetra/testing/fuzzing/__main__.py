"""``python -m neuronetra.testing.fuzzing``: damaged folders for as long as one likes, and what they showed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from neuronetra.testing.fuzzing.attempts import Problem
from neuronetra.testing.fuzzing.findings import Findings
from neuronetra.testing.fuzzing.hunt import PATTERNS, READERS, Hunt
from neuronetra.testing.fuzzing.judging import disagreement, problems_of
from neuronetra.testing.fuzzing.tally import Tally

SHOWN_SECONDS = 20.0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m neuronetra.testing.fuzzing", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to go on (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="decides every case (default 1)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case (default 0)")
    parser.add_argument("--cases", type=int, default=0, help="how many cases, whatever the time")
    parser.add_argument("--out", type=Path, help="a folder for the findings")
    parser.add_argument("--readers", nargs="+", default=READERS, help="names of readers, or module:attribute")
    parser.add_argument("--again", type=Path, help="only read this folder again")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where anything was found."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as place, Hunt(Path(place), options.readers) as hunt:
        return _again(hunt, options.again) if options.again else _run(hunt, options)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _again(hunt: Hunt, folder: Path) -> int:
    answers = [worker.ask(folder) for worker in hunt.workers]
    problems = [one for a in answers for one in ([a] if isinstance(a, Problem) else problems_of(a))]
    whole = [answer for answer in answers if not isinstance(answer, Problem)]
    problems += disagreement(*whole) if len(whole) == len(PATTERNS) else []
    for answer in answers:
        _say(str(answer if isinstance(answer, Problem) else answer["outcome"]))
    for problem in problems:
        _say(f"{problem.kind}: {problem.where}\n{problem.detail}")
    return int(bool(problems))


def _run(hunt: Hunt, options: argparse.Namespace) -> int:
    tally, findings, begun = Tally(), Findings(options.out), time.monotonic()
    shown = begun
    try:
        for number in count(options.first):
            now = time.monotonic()
            if tally.cases >= options.cases if options.cases else now - begun > 60 * options.minutes:
                break
            result = hunt.drawn(options.seed, number)
            tally.add(result)
            for problem in findings.add(result, hunt, f"--seed {options.seed} --first {number} --cases 1"):
                _say(f"case {number}: {problem.kind}: {problem.where}")
            if now - shown > SHOWN_SECONDS:
                shown = now
                _say(
                    f"{tally.cases} cases, {tally.cases / (now - begun):.1f} a second, {len(findings.counts)} findings"
                )
    except KeyboardInterrupt:
        _say("interrupted")
    seconds = time.monotonic() - begun
    _say(f"\n{tally.table()}\n\n{tally.cases} cases in {seconds:.0f} s, {tally.cases / seconds:.1f} a second")
    for (kind, where), times in sorted(findings.counts.items()):
        _say(f"{times:6} x {kind}: {where}")
    return int(bool(findings.counts))


if __name__ == "__main__":
    sys.exit(main())
