"""The demonstration and the shipped ensemble's evaluation hold together and say what they are."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    """Read the documents and the page that the commands wrote."""
    folder = Path(sys.argv[1])
    demo, result, evaluated = (
        json.loads((folder / name).read_text()) for name in ("demo.json", "demo/result.json", "starter.json")
    )
    assert demo["synthetic"], demo
    assert result["prediction"]["model"]["synthetic"], result["prediction"]["model"]
    assert len(result["prediction"]["probabilities"]) == 14, result["prediction"]["probabilities"]
    page = (folder / "demo" / "report.html").read_text()
    assert "worthless on patients" in page
    assert "Synthetic cohort" in page
    assert 'src="http' not in page
    assert evaluated["synthetic"]
    assert evaluated["missing_predictions"] == 0, evaluated["missing_series"]
    assert sum(one["series"] for one in evaluated["members"]) == 12, evaluated["members"]


if __name__ == "__main__":
    main()
