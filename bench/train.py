"""What training costs beside a bare timm loop on random tensors, as ratios taken in one run.

    python bench/train.py [--networks effnetv2s ...] [--steps 2] [--rounds 3] [--workers N] [--device auto]
                          [--accumulation N]

For each network of v3 and of the starter, in turn and again in each round:

- bare: a loop of a screen over timm's network on random float tensors of the batch, with the same optimiser, loss,
  accumulation, precision and memory format;
- step: this package's loop on batches that are there already;
- loader: frames read, augmented and encoded, and nothing done with them;
- whole: this package's training as it runs, loader and step.

The table shows medians in series per second, and the medians of each round's ratios to the bare loop: of seconds, which
others on the machine disturb, and of this process's processor time, which they disturb less. Frames are made up in a temporary folder and stored as `prepare` stores them. Peak memory is that of a process that does nothing
else (with CUDA: what torch allocated). With CUDA each network is measured in float32 too, and how busy the
device was is shown where `nvidia-smi` is there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from attrs import asdict, evolve
from bare_training import HELD_BACK, RECIPES, Mark, Setting, bare, made_up

from neuronetra.adapters.frame_stores.png import PngFrameStore
from neuronetra.adapters.training import trainer as trainer_module
from neuronetra.adapters.training.loading import SeriesBatches
from neuronetra.adapters.training.trainer import TorchTrainer
from neuronetra.domain.training_run import EpochEnd

ROWS = ("bare", "step", "loader", "whole")


def loader(setting: Setting) -> Mark:
    """What it takes to make the images of the timed steps; the steps before them start the workers."""
    job = setting.job()
    warm = job.plan.accumulation
    with SeriesBatches(job, setting.store, setting.workers) as batches:
        given = iter(batches.epoch(1))
        for _ in islice(given, warm):
            pass
        start = Mark.now(setting.device)
        for _ in islice(given, setting.steps * warm):
            pass
        return Mark.now(setting.device).since(start)


def whole(setting: Setting) -> Mark:
    """What the timed steps of a training take as it runs."""
    marks: list[Mark] = []

    def stop() -> bool:
        marks.append(Mark.now(setting.device))
        return len(marks) > setting.steps + 1

    with tempfile.TemporaryDirectory() as folder:
        trainer = TorchTrainer(setting.device, setting.precision, setting.workers)
        if trainer.fit(setting.job(folder), setting.store, _unheard, stop=stop):
            raise SystemExit("ended before it was stopped")
    return marks[setting.steps + 1].since(marks[1])


def _unheard(_: EpochEnd) -> None:
    """Of the epoch that never ends."""


class _Ready(SeriesBatches):
    """Batches that are there already: the first one again and again."""

    def epoch(self, *asked: Any, **how: Any) -> Iterator[Any]:
        given = super().epoch(*asked, **how)
        first = next(given)
        yield first
        for number in range(1, self.batches):
            yield evolve(first, number=number)


def step(setting: Setting) -> Mark:
    """What the timed steps take on batches that are there already."""
    trainer_module.SeriesBatches = _Ready
    try:
        return whole(evolve(setting, workers=0))
    finally:
        trainer_module.SeriesBatches = SeriesBatches


MEASURE: dict[str, Callable[[Setting], Mark]] = {
    "bare": bare,
    "step": step,
    "loader": loader,
    "whole": whole,
}


def measured(setting: Setting, rounds: int) -> dict[str, list[Mark]]:
    """What each row takes in each round."""
    times: dict[str, list[Mark]] = {row: [] for row in ROWS}
    for _ in range(rounds):
        for row in ROWS:
            times[row].append(MEASURE[row](setting))
    return times


@contextmanager
def utilisation() -> Iterator[list[float]]:
    """Per cent that the device was busy, twice a second, while the block runs; empty without ``nvidia-smi``."""
    seen: list[float] = []
    ended = threading.Event()
    ask = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]

    def look() -> None:
        while not ended.wait(0.5):
            try:
                done = subprocess.run(ask, capture_output=True, text=True, check=True)
            except (OSError, subprocess.CalledProcessError):
                return
            seen.append(float(done.stdout.split()[0]))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def peak() -> float:
    """Peak memory of this process in MB; the kernel's other count begins with that of the process that started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def memory(setting: Setting, row: str, given: argparse.Namespace) -> float:
    """Peak memory in MB of a process (or, with CUDA, of the device) that does this row alone."""
    if setting.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        MEASURE[row](setting)
        return torch.cuda.max_memory_allocated() / 2**20
    command = [sys.executable, __file__, "--one", row, "--networks", setting.network, "--steps", "1"]
    command += ["--accumulation", str(setting.recipe.training.accumulation)]
    command += ["--device", "cpu", "--precision", setting.precision]
    command += [] if given.workers is None else ["--workers", str(given.workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def report(setting: Setting, times: dict[str, list[Mark]], more: dict[str, Any]) -> None:
    plan = setting.recipe.training
    print(
        f"\n{setting.network}, {setting.recipe.pipeline.preprocessing.size[0]} pixels, batch {plan.batch} x "
        f"{plan.accumulation}, {setting.device}, {setting.precision}"
    )
    for row, taken in times.items():
        line = f"  {row:<8} {setting.seen / statistics.median(t.clock for t in taken):9.2f} series/s"
        if row != "bare":
            pairs = list(zip(times["bare"], taken, strict=True))
            clock = statistics.median(a.clock / b.clock for a, b in pairs)
            used = statistics.median(a.used / b.used for a, b in pairs)
            line += f"   {clock:5.2f} of bare in seconds, {used:5.2f} in processor time"
        most = more["memory"].get(row)
        print(line + (f"   {most:7.0f} MB at most" if most else ""), flush=True)
    if more.get("utilisation"):
        print(f"  the device was busy for {statistics.mean(more['utilisation']):.0f} % of whole")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", choices=list(RECIPES), default=list(RECIPES))
    parser.add_argument("--steps", type=int, default=2, help="optimiser steps that are timed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--accumulation", type=int, help="batches a step, where the recipe's take too long")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--precision", help="default: auto, and with CUDA float32 beside it")
    parser.add_argument("--json", metavar="FILE", help="write all times there too")
    parser.add_argument("--one", choices=ROWS, help=argparse.SUPPRESS)
    return parser.parse_args()


def settings(given: argparse.Namespace, work: Path) -> Iterator[Setting]:
    """Each network in each precision, with frames of its size."""
    device = ("cuda" if torch.cuda.is_available() else "cpu") if given.device == "auto" else given.device
    precisions: Sequence[str] = ("auto", "float32") if device == "cuda" else ("auto",)
    stores: dict[str, PngFrameStore] = {}
    for network in given.networks:
        recipe = RECIPES[network]
        plan = recipe.training
        if recipe.name not in stores:
            series = HELD_BACK + (given.steps + 2) * plan.batch * (given.accumulation or plan.accumulation)
            stores[recipe.name] = made_up(work / recipe.name, recipe, series)
        for precision in (given.precision,) if given.precision else precisions:
            chosen = (device, precision, given.workers, given.steps, given.accumulation)
            yield Setting(network, stores[recipe.name], *chosen)


def main() -> None:
    given = arguments()
    everything = {}
    with tempfile.TemporaryDirectory() as place:
        for setting in settings(given, Path(place)):
            if given.one:
                MEASURE[given.one](setting)
                print(peak())
                continue
            times = measured(setting, given.rounds)
            more: dict[str, Any] = {"memory": {row: memory(setting, row, given) for row in ("bare", "whole")}}
            if setting.device == "cuda":
                with utilisation() as seen:
                    whole(setting)
                more["utilisation"] = seen
            report(setting, times, more)
            everything[f"{setting.network} {setting.precision}"] = {
                "rows": {row: [asdict(one) for one in taken] for row, taken in times.items()},
                **more,
            }
    if given.json:
        Path(given.json).write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main()
