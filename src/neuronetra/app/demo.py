"""The demonstration: make a study, predict it, and write the prediction beside the truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

from attrs import frozen

from neuronetra.app.inspect import Inspector
from neuronetra.app.predict import Predictor
from neuronetra.domain.demo import DemoResult, DrawnStudy
from neuronetra.domain.frames import Frames
from neuronetra.domain.prediction import Prediction
from neuronetra.errors import SeriesError
from neuronetra.ports import Progress

REPORT, RESULT, STUDY = "report.html", "result.json", "study"
STEPS = ("make a study", "predict", "write the report")


class DemoFolder(Protocol):
    """Where a demonstration is written."""

    def path(self, name: str) -> str:
        """Where a part of it lies, for what writes and reads there."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """A file of it. Raises ``OutputError``."""
        ...


class Page(Protocol):
    """Makes the report."""

    def __call__(
        self, prediction: Prediction, frames: Frames | None, card: str, drawn: DrawnStudy | None
    ) -> str: ...


@frozen
class Demo:
    """``make_study`` writes a made-up study to a folder.

    ``inspector`` sees what the predictor's networks see.
    """

    make_study: Callable[[str, int], DrawnStudy]
    predictor: Predictor
    inspector: Inspector
    page: Page
    card: str = ""

    def run(self, folder: DemoFolder, seed: int, progress: Progress | None = None) -> DemoResult:
        """Study, report and result in ``folder``.

        Raises ``OutputError``, ``StoreError``, ``ScoringError``, or ``SeriesError`` where the study gives no
        result.
        """
        tell = progress or (lambda _done, _total: None)
        tell(0, len(STEPS))
        drawn = self.make_study(folder.path(STUDY), seed)
        tell(1, len(STEPS))
        prediction = self._predicted(folder.path(STUDY))
        tell(2, len(STEPS))
        result = DemoResult(drawn, prediction, REPORT, STUDY)
        seen = next(iter(self.inspector.inspect_each(folder.path(STUDY))))
        page = self.page(prediction, seen.frames, self.card, drawn)
        folder.write(REPORT, page.encode())
        document = json.dumps(result.as_document(), indent=1, ensure_ascii=False, allow_nan=False)
        folder.write(RESULT, f"{document}\n".encode())
        tell(3, len(STEPS))
        return result

    def _predicted(self, study: str) -> Prediction:
        found = self.predictor.predict(study)
        if len(found) != 1:
            raise SeriesError("the made-up study was not read as one series", found=f"{len(found)} series")
        if found[0].error is not None:
            raise SeriesError("the made-up study could not be predicted", found=found[0].error)
        return found[0]
