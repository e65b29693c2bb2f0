"""A network and what teaches it: one optimiser step, one validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from attrs import frozen
from timm.layers import convert_sync_batchnorm

from neuronetra.adapters.networks.first_weights import first_network
from neuronetra.adapters.networks.timm import SeriesNetwork
from neuronetra.adapters.training.arithmetic import mixed, scaler, told_in_words
from neuronetra.adapters.training.company import Company
from neuronetra.adapters.training.loading import SeriesBatch
from neuronetra.adapters.training.losses import series_loss
from neuronetra.domain.arrays import Float64
from neuronetra.domain.locations import LABELS
from neuronetra.domain.training_run import NONE, TrainingJob
from neuronetra.errors import TrainingError

_STEP = 3
"""Keeps what a step draws apart from the order of an epoch (1) and what its series draw (2)."""
_SHOWN = 6


@frozen
class Step:
    """One optimiser step: ``number`` of ``epoch``, over ``total`` series, at a learning rate."""

    epoch: int
    number: int
    total: int
    rate: float


class Learner:
    """The network of a job in training. All that a step draws comes from the job, the epoch and the step."""

    def __init__(
        self, job: TrainingJob, company: Company, precision: torch.dtype, goes_on: bool = False
    ) -> None:
        """One that ``goes_on`` is restored next: pretrained weights, which may be far away, are not needed again."""
        self._job, self._company, self._precision = job, company, precision
        device, pretrained = company.device, NONE if goes_on else job.pretrained
        with told_in_words(job.plan):
            network = first_network(job.spec, self._drawn(*job.architecture.name.encode()), pretrained)
            if company.world > 1 and device.type == "cuda":
                network = convert_sync_batchnorm(network)  # statistics of a batch, not of a process's share
            self.network: SeriesNetwork = network.to(device).to(memory_format=torch.channels_last)
        self._parameters = [value for value in self.network.parameters() if value.requires_grad]
        self._optimiser = torch.optim.AdamW(
            self._parameters, lr=job.plan.learning_rate, weight_decay=job.plan.weight_decay
        )
        self._scaler = scaler(precision)

    @property
    def syncs_statistics(self) -> bool:
        """Whether its processes exchange what batch normalisation sees: none may then lack series."""
        return any(isinstance(part, torch.nn.SyncBatchNorm) for part in self.network.modules())

    def step(self, step: Step, batches: Iterator[SeriesBatch]) -> float:
        """Learn from a group of batches, all series alike; the sum of the losses in all processes.

        Raises ``TrainingError`` and leaves the weights as they were where a loss is no number.
        """
        torch.manual_seed(self._drawn(step.epoch, _STEP, step.number, self._company.rank))
        with told_in_words(self._job.plan):
            self.network.train()
            self._optimiser.zero_grad(set_to_none=True)
            losses = [(batch, self._backward(batch, step.total)) for batch in batches]
            total = self._sum(step.epoch, [(batch, loss) for batch, loss in losses if loss is not None])
            self._company.share_gradients(self._parameters)
            for group in self._optimiser.param_groups:
                group["lr"] = step.rate
            self._scaler.step(self._optimiser)
            self._scaler.update()
        return total

    def validate(
        self, epoch: int, batches: Iterator[SeriesBatch], stop: Callable[[], bool]
    ) -> tuple[Float64, float] | None:
        """Probabilities (n, 14) of the validation series and their mean loss; ``None`` where told to stop.

        In float32, as the network will be used. Raises ``TrainingError`` where they are no numbers.
        """
        row = {uid: index for index, uid in enumerate(self._job.validation)}
        found = torch.zeros((len(row), 1 + len(LABELS)), dtype=torch.float64)
        with told_in_words(self._job.plan):
            self._company.led(value for value in self.network.buffers() if value.is_floating_point())
            self.network.eval()
            for batch in batches:
                if self._company.any(stop()):
                    return None
                if batch.uids:
                    found[[row[uid] for uid in batch.uids]] = self._judged(batch)
            found = self._company.summed(found.to(self._company.device)).cpu()
        if not bool(torch.isfinite(found).all()):
            where = f"{self._job.name}, validation of epoch {epoch}"
            raise _no_number(where, self._job.validation, found[:, 0].tolist())
        return found[:, 1:].numpy(), float(found[:, 0].mean())

    def state(self) -> dict[str, Any]:
        """Tensors and plain data for ``restore``. Raises ``TrainingError`` where weights are no numbers."""
        finite = [torch.isfinite(value).all() for value in self._parameters]
        if not bool(torch.stack(finite).all()):
            raise TrainingError("the weights are no numbers any more", where=self._job.name, fix=_TRY)
        return {
            "model": self.network.backbone.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "scaler": self._scaler.state_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from ``state``. Raises what Torch does where it is not this network's."""
        self.network.backbone.load_state_dict(state["model"], strict=True)
        self._optimiser.load_state_dict(state["optimiser"])
        if state["scaler"]:  # none where it was trained so far in another precision
            self._scaler.load_state_dict(state["scaler"])

    def _backward(self, batch: SeriesBatch, total: int) -> torch.Tensor | None:
        """Add the gradients of this process's share of a batch; its losses (n,), ``None`` without series."""
        if not batch.uids:
            return None
        losses = self._losses(batch)
        torch.autograd.backward(self._scaler.scale(losses.sum() / total))
        return losses.detach()

    def _losses(self, batch: SeriesBatch) -> torch.Tensor:
        with mixed(self._company.device, self._precision):
            logits = self.network.logits(self._there(batch.images))
        return series_loss(logits, batch.labels.to(self._company.device), self._job.plan)

    def _judged(self, batch: SeriesBatch) -> torch.Tensor:
        """Losses and probabilities, float64 (n, 1 + 14)."""
        with torch.no_grad():
            logits = self.network.logits(self._there(batch.images))
            losses = series_loss(logits, batch.labels.to(self._company.device), self._job.plan)
        return torch.column_stack([losses, torch.sigmoid(logits)]).double().cpu()

    def _there(self, images: torch.Tensor) -> torch.Tensor:
        device = self._company.device
        if device.type == "cuda":
            images = images.pin_memory()
        return images.to(device, non_blocking=True).contiguous(memory_format=torch.channels_last)

    def _sum(self, epoch: int, losses: list[tuple[SeriesBatch, torch.Tensor]]) -> float:
        """One look at all of a step's losses, which a GPU is waited for only once."""
        found = torch.cat([loss for _, loss in losses]).double().cpu() if losses else torch.zeros(0)
        bad = not bool(torch.isfinite(found).all())
        both = torch.tensor(
            [float(found.sum()), float(bad)], dtype=torch.float64, device=self._company.device
        )
        total, any_bad = self._company.summed(both).tolist()
        if not any_bad:
            return float(total)
        for batch, loss in losses:
            if not bool(torch.isfinite(loss).all()):
                where = f"{self._job.name}, epoch {epoch}, batch {batch.number + 1}"
                raise _no_number(where, batch.uids, loss.tolist())
        where = f"{self._job.name}, epoch {epoch}"
        raise TrainingError("the loss is no number", where=where, found="it in another process")

    def _drawn(self, *numbers: int) -> int:
        """A seed of the job and these numbers."""
        drawn = np.random.SeedSequence([self._job.seed, self._job.fold, *numbers])
        return int(drawn.generate_state(1, np.uint64)[0])


_TRY = (
    "a lower learning rate, --precision float32, or a look at these series' frames; the state before is kept"
)


def _no_number(where: str, uids: tuple[str, ...], losses: list[float]) -> TrainingError:
    bad = [uid for uid, loss in zip(uids, losses, strict=True) if not np.isfinite(loss)] or list(uids)
    more = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
    return TrainingError(
        "the loss is no number", where=where, found=f"series {', '.join(bad[:_SHOWN])}{more}", fix=_TRY
    )
