"""The network of an architecture: normalisation, a timm backbone with 14 outputs, sigmoid."""

from __future__ import annotations

import timm
import torch
from torch import nn

from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.locations import LABELS
from neuronetra.errors import UsageError


class SeriesNetwork(nn.Module):
    """uint8 images (n, 3, H, W) to probabilities float32 (n, 14).

    Normalisation and sigmoid are part of it, so that no runtime can get them wrong. The state that is
    saved is the backbone's own, in timm's names.
    """

    def __init__(self, backbone: nn.Module, spec: ModelSpec) -> None:
        super().__init__()
        self.backbone = backbone
        mean = torch.tensor(spec.architecture.mean).view(1, 3, 1, 1) * 255.0
        deviation = torch.tensor(spec.architecture.deviation).view(1, 3, 1, 1) * 255.0
        self.register_buffer("input_mean", mean, persistent=False)
        self.register_buffer("input_deviation", deviation, persistent=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        normalised = (images.float() - self.input_mean) / self.input_deviation
        return torch.sigmoid(self.backbone(normalised).float())


def build_network(spec: ModelSpec, seed: int | None = None) -> SeriesNetwork:
    """The network of ``spec`` with random weights, the same for one ``seed``; in evaluation mode.

    Torch's random state is left as it was. Raises ``UsageError`` for a name that timm does not know.
    """
    if not timm.is_model(spec.architecture.timm_name.split(".")[0]):
        raise UsageError("timm knows no such architecture", found=repr(spec.architecture.timm_name))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0 if seed is None else seed)
        backbone = timm.create_model(spec.architecture.timm_name, pretrained=False, num_classes=len(LABELS))
    network = SeriesNetwork(backbone, spec)
    network.eval()
    return network
