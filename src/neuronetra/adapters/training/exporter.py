"""Members' files by timm and torch: random weights, weights brought along, and portable ONNX."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path

import onnx
import torch

from neuronetra.adapters.networks.timm import SeriesNetwork, build_network
from neuronetra.adapters.networks.weights import fill, load_weights, read_state, save_weights
from neuronetra.domain.checkpoints import Manifest

OPSET = 20
"""The first opset with a Gelu of its own, which runtimes run in one pass."""


class TimmExporter:
    """Makes the files of members from timm's architectures."""

    def initialise(self, manifest: Manifest, seed: int, folder: str) -> str:
        path = Path(folder) / f"{manifest.name}.safetensors"
        save_weights(build_network(manifest.spec, seed), path)
        return str(path)

    def convert(self, manifest: Manifest, weights: str, folder: str) -> str:
        network = build_network(manifest.spec)
        fill(network, read_state(Path(weights)), weights)
        path = Path(folder) / f"{manifest.name}.safetensors"
        save_weights(network, path)
        return str(path)

    def export(self, manifest: Manifest, weights: str, folder: str) -> str:
        network = build_network(manifest.spec)
        load_weights(network, Path(weights))
        path = Path(folder) / f"{manifest.name}.onnx"
        _write_onnx(network, manifest, path)
        _describe(path, manifest)
        return str(path)


def _write_onnx(network: SeriesNetwork, manifest: Manifest, path: Path) -> None:
    """One file, weights inside, any number of images at once."""
    rows, columns = manifest.spec.input_size
    images = torch.zeros((2, 3, rows, columns), dtype=torch.uint8)
    with torch.inference_mode(False), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter speaks of its own libraries
        torch.onnx.export(
            network,
            (images,),
            str(path),
            dynamo=True,
            opset_version=OPSET,
            input_names=["images"],
            output_names=["probabilities"],
            dynamic_shapes={"images": {0: torch.export.Dim("n")}},
            external_data=False,
            verbose=False,
        )


def _forget_its_making(model: onnx.ModelProto) -> None:
    """Drop the exporter's notes: stack traces with paths of this machine, which differ from run to run."""
    graph = model.graph
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer, graph):
        del part.metadata_props[:]
        part.doc_string = ""
    del model.metadata_props[:]
    model.doc_string = ""


def _describe(path: Path, manifest: Manifest) -> None:
    """The labels and the preprocessing go with the network: a swapped file is noticed."""
    model = onnx.load(str(path))
    _forget_its_making(model)
    labels = json.dumps(list(manifest.labels), ensure_ascii=False)
    onnx.helper.set_model_props(
        model,
        {
            "labels": labels,
            "labels_sha256": hashlib.sha256(labels.encode()).hexdigest(),
            "preprocessing_sha256": manifest.pipeline.preprocessing.digest,
            "name": str(manifest.name),
        },
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
