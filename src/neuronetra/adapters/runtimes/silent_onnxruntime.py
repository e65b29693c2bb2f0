"""ONNX Runtime without its telemetry; it is imported from here alone.

Its official builds collect events, keep a device id and a database in the user's cache folder and send
them over the network. A program that reads patients' scans does none of that: the switch must be set before
the library is imported, and is set again for a process that had imported it already.
"""

from __future__ import annotations

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

ort.disable_telemetry_events()

__all__ = ["ort"]
