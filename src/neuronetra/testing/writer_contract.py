"""What every ``ResultWriter`` promises, as tests: subclass, give ``make_writer`` and read a document back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from attrs import evolve, frozen

from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE
from neuronetra.domain.prediction import NOTICE, ModelIdentity, Prediction, SeriesReport
from neuronetra.domain.scores import LocationScores
from neuronetra.domain.series import LeftOut
from neuronetra.ports import ResultWriter
from neuronetra.testing.fakes import fake_series

TOLERANCE = 1e-4
UNTRAINED = ModelIdentity("tiny", ("tiny_a_fold0_epoch0_score0.000000",), "0123456789ab" + 52 * "c", True)
TRAINED = ModelIdentity("tiny", ("tiny_a_fold0_epoch3_score0.700000",), "ba9876543210" + 52 * "d")


@frozen
class Row:
    """What a document says of one series; ``probabilities`` (label -> value, in order) or ``None``."""

    series_uid: str
    probabilities: Mapping[str, float] | None
    notice: str
    error: str | None


def good(uid: str = "1.2.3", model: ModelIdentity = UNTRAINED) -> Prediction:
    """A prediction with a warning, a file left out, and a patient's name in the path of its files."""
    series = fake_series(uid, 20)
    reading = evolve(
        series.reading, left_out=(LeftOut("notes.txt", "not DICOM"),), warnings=("a gap, [red]",)
    )
    series = evolve(series, reading=reading)
    scores = LocationScores(np.round(np.linspace(0.0, 1.0, len(LABELS)), 6))
    report = SeriesReport(series, (2, 4, 6, 8, 10, 12, 14, 16), ("prepared as MR",))
    return Prediction(uid, Modality.CTA, scores, model, report, {"neuronetra": "1"})


def failed(uid: str = "1.2.4", model: ModelIdentity = UNTRAINED) -> Prediction:
    """A series of which nothing could be used."""
    series = fake_series(uid, 3).failed("no slice of the series can be read")
    report = SeriesReport(series, error=f"{uid}: no slice of the series can be read")
    return Prediction(uid, Modality.CTA, None, model, report, error=report.error)


class ResultWriterContract(ABC):
    """The promises of ``begin``, ``add`` and ``end``; every writer, shipped or foreign, passes them."""

    @abstractmethod
    def make_writer(self) -> ResultWriter:
        """A writer with its default options."""

    @abstractmethod
    def read(self, document: bytes) -> list[Row]:
        """The rows of a document; any reader of the format does."""

    def text(self, document: bytes) -> str:
        """All that a document shows, as text; override it for formats that are no text."""
        return document.decode()

    def written(self, *predictions: Prediction, writer: ResultWriter | None = None) -> bytes:
        """One document of ``predictions``."""
        used = writer or self.make_writer()
        return b"".join([used.begin(), *(used.add(one) for one in predictions), used.end()])

    def require(self, rows: Sequence[Row], predictions: Sequence[Prediction]) -> None:
        """Each row says what its prediction says."""
        assert [row.series_uid for row in rows] == [one.series_uid for one in predictions]
        for row, one in zip(rows, predictions, strict=True):
            assert row.error == one.error
            assert row.notice == one.notice
            if one.probabilities is None:
                assert row.probabilities is None
            else:
                assert row.probabilities is not None
                assert tuple(row.probabilities) == LABELS
                expected = pytest.approx(list(one.probabilities.values()), abs=TOLERANCE)
                assert list(row.probabilities.values()) == expected

    def test_has_a_suffix(self) -> None:
        """The usual file ending begins with its dot."""
        suffix = self.make_writer().suffix
        assert suffix.startswith(".")
        assert len(suffix) > 1

    def test_one_document_of_many_series(self) -> None:
        """Series stand in the order in which they came, each with its 14 probabilities in order."""
        given = [good("1.2.9"), failed("1.2.4"), good("1.2.3", TRAINED)]
        self.require(self.read(self.written(*given)), given)

    @pytest.mark.parametrize("count", [0, 1])
    def test_few_series(self, count: int) -> None:
        """A document of one series, and of none, can be read as well."""
        given = [good()] * count
        self.require(self.read(self.written(*given)), given)

    def test_untrained_is_said(self) -> None:
        """Results of random weights say so, those of a trained model do not; all are no device's."""
        assert self.text(self.written(good())).count("untrained") >= 1
        assert NOTICE in self.text(self.written(good()))
        trained = self.text(self.written(good(model=TRAINED)))
        assert NOTICE in trained
        assert "untrained:" not in trained

    def test_synthetic_is_said(self) -> None:
        """Results of a model that was trained on made-up heads say so, those of another do not."""
        made_up = evolve(TRAINED, synthetic=True)
        for prediction in (good(model=made_up), failed(model=made_up)):
            assert made_up.notice in " ".join(self.text(self.written(prediction)).split())
        assert SYNTHETIC_MODEL_NOTICE not in " ".join(self.text(self.written(good(model=TRAINED))).split())

    def test_a_failed_series_has_no_probabilities(self) -> None:
        """A failed series has its error and nothing that could be taken for a probability."""
        (row,) = self.read(self.written(failed()))
        assert row.probabilities is None
        assert row.error == "1.2.4: no slice of the series can be read"

    def test_warnings_and_model_are_said(self) -> None:
        """Warnings of reading and of the model, and which model it was, stand in the document."""
        shown = self.text(self.written(good()))
        for wanted in ("a gap, [red]", "prepared as MR", "tiny", "0123456789ab"):
            assert wanted in shown

    def test_nothing_of_the_patient(self) -> None:
        """The full path of a file, which may hold a patient's name, is never shown."""
        for shown in (self.text(self.written(good())), self.text(self.written(failed()))):
            assert "DOE" not in shown
            assert "/patients" not in shown

    def test_a_writer_can_be_used_again(self) -> None:
        """A second document holds nothing of the first."""
        writer = self.make_writer()
        first = self.written(good(), failed(), writer=writer)
        assert self.read(first)
        self.require(self.read(self.written(good("1.9"), writer=writer)), [good("1.9")])
