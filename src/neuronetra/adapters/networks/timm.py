"""The network of an architecture: normalisation, a timm backbone with 14 outputs, sigmoid."""

from __future__ import annotations

from typing import Any

import timm
import torch
from torch import nn

from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.locations import LABELS
from neuronetra.domain.recipes import Architecture
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

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """What ``forward`` gives before the sigmoid, float32 (n, 14): to train on."""
        normalised = (images.float() - self.input_mean) / self.input_deviation
        return self.backbone(normalised).float()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.logits(images))


def build_network(spec: ModelSpec, seed: int | None = None) -> SeriesNetwork:
    """The network of ``spec`` with random weights, the same for one ``seed``; in evaluation mode.

    Torch's random state is left as it was. Raises ``UsageError`` for a name that timm does not know, an
    option that it refuses, or an image size that the network does not take.
    """
    if not timm.is_model(spec.architecture.timm_name.split(".")[0]):
        raise UsageError("timm knows no such architecture", found=repr(spec.architecture.timm_name))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0 if seed is None else seed)
        backbone = _backbone(spec.architecture)
    backbone.eval()
    usual = backbone.pretrained_cfg.get("input_size", ())[1:]
    if spec.architecture.options or tuple(usual) != spec.input_size:
        _require_fit(backbone, spec)
    network = SeriesNetwork(backbone, spec)
    network.eval()
    return network


def _backbone(architecture: Architecture, **more: Any) -> nn.Module:
    options = {**dict(architecture.options), **more}
    try:
        backbone: nn.Module = timm.create_model(
            architecture.timm_name, pretrained=False, num_classes=len(LABELS), **options
        )
    except Exception as error:  # whatever a network's own code makes of an option
        named = ", ".join(f"{name} = {value!r}" for name, value in options.items())
        raise UsageError(
            f"timm refuses the architecture{f' with {named}' if named else ''}",
            where=architecture.timm_name,
            found=_first_line(error),
        ) from error
    return backbone


def _require_fit(backbone: nn.Module, spec: ModelSpec) -> None:
    """One image must give one row of logits. Raises ``UsageError``."""
    problem = _misfit(backbone, spec.input_size)
    if not problem:
        return
    rows, columns = spec.input_size
    architecture, usual = spec.architecture, tuple(backbone.pretrained_cfg.get("input_size", ()))[1:]
    adapts = getattr(backbone, "dynamic_img_size", False) or not backbone.pretrained_cfg.get(
        "fixed_input_size"
    )
    if adapts or "img_size" in dict(architecture.options):
        raise UsageError(
            f"the network takes no images of {rows} x {columns}", where=architecture.timm_name, found=problem
        )
    way = f"image_size = {usual[0] if usual[0] == usual[1] else list(usual)}"
    if _can_be_made_for(architecture, spec.input_size):
        way += f", or options = {{ img_size = {rows if rows == columns else [rows, columns]} }}"
    raise UsageError(
        "takes {} x {} only".format(*usual),
        where=architecture.timm_name,
        found=f"{rows} x {columns}",
        fix=f"in the recipe: {way}",
    )


def _can_be_made_for(architecture: Architecture, size: tuple[int, int]) -> bool:
    """Whether timm makes such a network for images of another size, where it is told so."""
    try:
        with torch.random.fork_rng(devices=[]):
            return not _misfit(_backbone(architecture, img_size=size).eval(), size)
    except UsageError:
        return False


def _misfit(backbone: nn.Module, size: tuple[int, int]) -> str:
    """Why an image of ``size`` does not give (1, 14); empty where it does.

    It is tried on tensors without content, which takes little time; where that fails, on a black image.
    """
    state = {
        name: value.to("meta") for name, value in (*backbone.named_parameters(), *backbone.named_buffers())
    }
    with torch.no_grad():
        try:
            given = torch.func.functional_call(backbone, state, (torch.zeros(1, 3, *size, device="meta"),))
        except Exception:  # noqa: BLE001 - not the network's fault, perhaps
            try:
                given = backbone(torch.zeros(1, 3, *size))
            except Exception as error:  # noqa: BLE001 - a network's own code
                return _first_line(error)
    shape = tuple(getattr(given, "shape", ()))
    return "" if shape == (1, len(LABELS)) else f"an output of shape {shape}, not (1, {len(LABELS)})"


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip()}".splitlines()[0][:200]
