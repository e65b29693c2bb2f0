"""Training by Torch: plain loops that can be left at any step and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from neuronetra.adapters.networks.devices import device_named
from neuronetra.adapters.training.arithmetic import training_precision
from neuronetra.adapters.training.company import Company
from neuronetra.adapters.training.course import Course, Mark, StateFile
from neuronetra.adapters.training.learner import Learner
from neuronetra.adapters.training.loading import SeriesBatches
from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.errors import UsageError
from neuronetra.ports import FrameStore, Progress

USUAL_BETWEEN = 300.0


class TorchTrainer:
    """A ``Trainer``: ``device`` auto, cpu or cuda; ``precision`` auto, float32, bfloat16 or (CUDA alone) float16.

    ``workers`` processes make the images (default: one less than the cores). The state is saved at each
    epoch's end, when told to stop, and after ``save_every_s`` seconds at the next step. Where ``torchrun`` started
    several processes they train one network together, each on its share of every batch; all must see the same
    ``job.folder``. Gradients are then those that one process would compute. So are the statistics of batch
    normalisation on GPUs; on CPUs each process normalises its own share, and the leader's statistics are kept.
    """

    def __init__(
        self,
        device: str = "auto",
        precision: str = "auto",
        workers: int | None = None,
        save_every_s: float = USUAL_BETWEEN,
    ) -> None:
        self.device = device_named(device)
        self._precision = training_precision(precision, self.device)
        if workers is not None and workers < 0:
            raise UsageError("workers are counted from 0", found=str(workers))
        self._workers, self._between = workers, save_every_s
        self._company = Company.of_environment(self.device)
        self.leads = self._company.leads

    def fit(
        self,
        job: TrainingJob,
        frames: FrameStore,
        on_epoch: Callable[[EpochEnd], None],
        progress: Progress | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> bool:
        """See ``Trainer``."""
        self._company.meet()
        file = StateFile(job)
        kept = file.read()
        if self.leads:
            file.clear()
        if file.is_done(kept):
            return True
        with _settings_of_its_own(self._company.device), SeriesBatches(job, frames, self._workers) as batches:
            learner = Learner(job, self._company, self._precision, goes_on=kept is not None)
            mark = Mark() if kept is None else file.restored(kept, learner)
            del kept
            course = Course(job, learner, batches, self._company, file, mark, self._between)
            done = course.run(on_epoch, progress or _unheard, stop or _never)
        self._company.meet()  # none goes on before the leader has written
        return done


@contextmanager
def _settings_of_its_own(device: torch.device) -> Iterator[None]:
    """Torch's random state and its search for fast convolutions are the caller's: they are put back."""
    before = torch.backends.cudnn.benchmark
    on_gpu = device.type == "cuda"
    with torch.random.fork_rng(devices=[device] if on_gpu else []):
        try:
            torch.backends.cudnn.benchmark = before or on_gpu
            yield
        finally:
            torch.backends.cudnn.benchmark = before


def _unheard(done: int, total: int) -> None:
    """Nobody asked how far it is."""


def _never() -> bool:
    return False
