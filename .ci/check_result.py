"""Leaves with an error unless the JSON named holds one series, done, with 14 labels in order."""

import json
import sys
from pathlib import Path

from neuronetra import LABELS

(series,) = json.loads(Path(sys.argv[1]).read_text())
assert series["error"] is None, series["error"]
assert tuple(series["probabilities"]) == LABELS, series["probabilities"]
assert all(0.0 <= value <= 1.0 for value in series["probabilities"].values())
assert "untrained" in series["notice"], series["notice"]
assert len(series["model"]["members"]) == 9, series["model"]
print(f"{sys.argv[1]}: 14 probabilities in order, from {len(series['model']['members'])} members")
