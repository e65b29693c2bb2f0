"""The shipped plug-ins, offered through the same hooks as anyone's.

Adapters are imported inside the factories: offering one costs nothing and needs nothing.
"""

from __future__ import annotations

from typing import Any

from neuronetra.plugins import Plugin, hookimpl

_TRAIN = "pip install 'neuronetra[train]'"
_TORCH = ("torch", "torchvision", "timm", "safetensors")


def _pydicom_reader(
    stack: int = 0, threads: int | None = None, max_pixels: int | None = None, max_files: int | None = None
) -> Any:
    from neuronetra.adapters.readers.pydicom import PydicomReader

    return PydicomReader(stack, threads, max_pixels=max_pixels, max_files=max_files)


def _simpleitk_reader(
    stack: int = 0, threads: int | None = None, max_pixels: int | None = None, max_files: int | None = None
) -> Any:
    from neuronetra.adapters.readers.simpleitk import SimpleITKReader

    return SimpleITKReader(stack, threads, max_pixels=max_pixels, max_files=max_files)


def _opencv_preprocessor(threads: int = 2) -> Any:
    from neuronetra.adapters.imaging.opencv import OpenCVPreprocessor

    return OpenCVPreprocessor(threads)


def _onnx_runtime(
    device: str = "auto",
    precision: str = "float32",
    threads: int | None = None,
    threads_per_member: int = 1,
    cache: str | None = None,
) -> Any:
    from neuronetra.adapters.runtimes.onnx import OnnxRuntime

    return OnnxRuntime(device, precision, threads, threads_per_member, cache)


def _torch_runtime(device: str = "auto", precision: str = "float32", threads: int | None = None) -> Any:
    from neuronetra.adapters.runtimes.torch import TorchRuntime

    return TorchRuntime(device, precision, threads)


def _folder_store(location: str) -> Any:
    from neuronetra.adapters.stores.folder import FolderStore

    return FolderStore(location)


def _package_store(location: str) -> Any:
    from neuronetra.adapters.stores.package import PackageStore

    return PackageStore(location)


def _timm_exporter() -> Any:
    from neuronetra.adapters.training.exporter import TimmExporter

    return TimmExporter()


def _table_writer() -> Any:
    from neuronetra.adapters.results.table import TableWriter

    return TableWriter()


def _json_writer() -> Any:
    from neuronetra.adapters.results.json import JsonWriter

    return JsonWriter()


def _jsonl_writer() -> Any:
    from neuronetra.adapters.results.json import JsonLinesWriter

    return JsonLinesWriter()


def _csv_writer() -> Any:
    from neuronetra.adapters.results.columns import CsvWriter

    return CsvWriter()


def _parquet_writer() -> Any:
    from neuronetra.adapters.results.columns import ParquetWriter

    return ParquetWriter()


def _rsna_cohort(location: str, patients: str | None = None, patient_key: str | None = None) -> Any:
    from neuronetra.adapters.cohorts.rsna import RsnaCohort

    return RsnaCohort(location, patients, patient_key)


def _prepared_cohort(location: str, patients: str | None = None, patient_key: str | None = None) -> Any:
    from neuronetra.adapters.cohorts.prepared import PreparedCohort

    return PreparedCohort(location, patients, patient_key)


def _png_frame_store(location: str) -> Any:
    from neuronetra.adapters.frame_stores.png import PngFrameStore

    return PngFrameStore(location)


def _process_executor(jobs: int | None = None) -> Any:
    from neuronetra.adapters.executors.processes import ProcessExecutor

    return ProcessExecutor(jobs)


def _torch_trainer(device: str = "auto", precision: str = "auto", workers: int | None = None) -> Any:
    from neuronetra.adapters.training.trainer import TorchTrainer

    return TorchTrainer(device, precision, workers)


@hookimpl
def neuronetra_series_readers() -> list[Plugin]:
    return [
        Plugin("pydicom", _pydicom_reader, ("pydicom",)),
        Plugin("simpleitk", _simpleitk_reader, ("pydicom", "SimpleITK")),
    ]


@hookimpl
def neuronetra_preprocessors() -> list[Plugin]:
    return [
        Plugin(
            "opencv",
            _opencv_preprocessor,
            ("opencv-python-headless|opencv-python|opencv-contrib-python-headless|opencv-contrib-python",),
        )
    ]


@hookimpl
def neuronetra_model_runtimes() -> list[Plugin]:
    return [
        Plugin("onnx", _onnx_runtime, ("onnxruntime|onnxruntime-gpu",)),
        Plugin("torch", _torch_runtime, _TORCH, _TRAIN),
    ]


@hookimpl
def neuronetra_checkpoint_stores() -> list[Plugin]:
    return [Plugin("folder", _folder_store), Plugin("package", _package_store)]


@hookimpl
def neuronetra_network_exporters() -> list[Plugin]:
    return [Plugin("timm", _timm_exporter, (*_TORCH, "onnx"), _TRAIN)]


@hookimpl
def neuronetra_result_writers() -> list[Plugin]:
    return [
        Plugin("table", _table_writer, ("rich",)),
        Plugin("json", _json_writer),
        Plugin("jsonl", _jsonl_writer),
        Plugin("csv", _csv_writer, ("polars",)),
        Plugin("parquet", _parquet_writer, ("polars",)),
    ]


@hookimpl
def neuronetra_cohorts() -> list[Plugin]:
    return [Plugin("rsna", _rsna_cohort), Plugin("prepared", _prepared_cohort)]


@hookimpl
def neuronetra_frame_stores() -> list[Plugin]:
    return [
        Plugin(
            "png",
            _png_frame_store,
            ("opencv-python-headless|opencv-python|opencv-contrib-python-headless|opencv-contrib-python",),
        )
    ]


@hookimpl
def neuronetra_trainers() -> list[Plugin]:
    return [Plugin("torch", _torch_trainer, (*_TORCH, "scikit-learn"), _TRAIN)]


@hookimpl
def neuronetra_executors() -> list[Plugin]:
    return [Plugin("processes", _process_executor)]
