"""What the road of a synthetic cohort left in a folder holds together."""

from __future__ import annotations

import json
import sys
from pathlib import Path

FIGURES = ("score", "present_auc", "mean_location_auc", "laterality_accuracy", "calibration_error")


def main() -> None:
    """Read the documents, tables and pages that the commands wrote."""
    folder = Path(sys.argv[1])
    prepared, explored, baselines, evaluated = (
        json.loads((folder / f"{name}.json").read_text())
        for name in ("prepared", "explored", "baselines", "evaluated")
    )
    assert prepared["series"]["prepared"] == 12, prepared["series"]
    assert prepared["synthetic"]
    frames = list((folder / "frames" / "frames").rglob("*.png"))
    assert len(frames) == prepared["slices"]["stored"] > 0
    assert explored["cohort"]["series"] == baselines["series"] == evaluated["series"] == 12
    assert explored["leaks"] == [], explored["leaks"]
    assert all(baselines[name]["value"] is None for name in FIGURES)
    assert all(set(evaluated[name]) == {"value", "low", "high", "n"} for name in FIGURES)
    assert evaluated["score"]["value"] is not None
    assert evaluated["missing_predictions"] == 0
    for name in ("cohort", "explored", "evaluated"):
        text = (folder / f"{name}.html").read_text()
        assert "Synthetic cohort" in text, name
        assert 'src="http' not in text, name


if __name__ == "__main__":
    main()
