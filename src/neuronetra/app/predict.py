"""The road of a prediction, from a folder to 14 probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy.typing as npt
from attrs import evolve

from neuronetra.app.ensemble import OpenEnsemble
from neuronetra.app.looking import Look, combined, looked
from neuronetra.app.reading import HIDDEN_PATH, Sampled, sampled, scanned, unexpected, with_modality
from neuronetra.app.volume import VolumeReader, volume_series
from neuronetra.domain.hiding import NameHider
from neuronetra.domain.modality import Modality
from neuronetra.domain.prediction import Prediction, SeriesReport
from neuronetra.domain.scores import LocationScores
from neuronetra.domain.series import Series
from neuronetra.errors import InputError, NeuronetraError, NoSeriesError, ScoringError
from neuronetra.ports import Closing, Preprocessor, Progress, SeriesReader

_LATERALITY = "orientation is unknown: left and right cannot be told apart"
_UNVERIFIED = "orientation is unverified: left and right may be the wrong way round"


class Predictor(Closing):
    """Predicts head series; thread-safe; a context manager that frees the networks at its end."""

    def __init__(
        self,
        reader: SeriesReader,
        preprocessor: Preprocessor,
        members: OpenEnsemble,
        *,
        modality: Modality | None = None,
        hide_names: bool = False,
        versions: Mapping[str, str] | None = None,
    ) -> None:
        self._reader, self._preprocessor, self._members = reader, preprocessor, members
        self._modality, self._hide_names = modality, hide_names
        self._versions = dict(versions or {})
        self.model = members.identity

    def predict(self, path: str) -> tuple[Prediction, ...]:
        """One prediction per series under ``path`` (a folder, or one file), sorted by series uid.

        A failed series is a prediction with an ``error``. Raises ``InputError`` where no series at all
        can be used, ``ScoringError`` where no network gave valid scores, and ``StoreError``.
        """
        found = self._scan(path)
        outcomes = [self._outcome(self._reader, *entry, len(found) > 1) for entry in found]
        failures = [failure for _, failure in outcomes if failure is not None]
        if len(failures) == len(outcomes):
            _raise_all_failed(HIDDEN_PATH if self._hide_names else str(path), failures)
        return tuple(prediction for prediction, _ in outcomes)

    def predict_each(
        self, path: str, progress: Progress | None = None, reading: Progress | None = None
    ) -> Iterator[Prediction]:
        """The predictions one at a time as they are done; failed ones too, whatever their number.

        ``progress`` counts series, ``reading`` the files that are looked at before the first of them.
        """
        found = self._scan(path, reading)
        for done, entry in enumerate(found):
            if progress is not None:
                progress(done, len(found))
            yield self._outcome(self._reader, *entry, len(found) > 1)[0]
        if progress is not None:
            progress(len(found), len(found))

    def predict_volume(
        self, array: npt.ArrayLike, affine: npt.ArrayLike, modality: Modality | str
    ) -> Prediction:
        """A prediction of pixels in memory: ``array`` (slice, row, column) in rescaled values.

        ``affine`` (4, 4) takes those indices to patient LPS mm (``neuronetra.ras_to_lps`` for NIfTI's).
        Any orientation; canonicalised like a series. Raises ``GeometryError``, ``ModalityError``,
        ``InputError`` or ``ScoringError``.
        """
        series, order = volume_series(array, affine, Modality.named(modality))
        prediction, failure = self._outcome(VolumeReader(array, order), 1, series)
        if failure is not None:
            raise failure
        return prediction

    def _scan(self, path: str, reading: Progress | None = None) -> list[tuple[int, Series]]:
        """The series under ``path`` as the caller says they are, numbered from 1."""
        found = scanned(self._reader, str(path), self._hide_names, reading)
        return [(number, with_modality(series, self._modality)) for number, series in enumerate(found, 1)]

    def _outcome(
        self, reader: SeriesReader, number: int, series: Series, more_to_come: bool = False
    ) -> tuple[Prediction, NeuronetraError | None]:
        """The prediction of one series, and the error where it failed: the next series goes on."""
        read = Sampled(series)
        try:
            read = sampled(reader, series, self._members.ensemble.recipe.pipeline.sampler)
            look = self._look(read)
            return self._prediction(read, number, look.warnings, self._score(look, more_to_come)), None
        except (InputError, ScoringError) as error:
            return self._prediction(read, number, error=error), error
        except NeuronetraError:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in's
            failure = unexpected(error, series)
            return self._prediction(read, number, error=failure), failure

    def _look(self, read: Sampled) -> Look:
        """As all members take it, with what is to be said of its left and right."""
        specs = [member.checkpoint.spec for member in self._members.members]
        look = looked(read, specs, self._members.recipe, self._preprocessor)
        if read.series.laterality_known:
            return look
        said = _UNVERIFIED if read.series.reading.unverified else _LATERALITY
        return evolve(look, warnings=(*look.warnings, said))

    def _score(self, look: Look, more_to_come: bool) -> LocationScores:
        """Every member on every view, combined."""
        ensemble = self._members.ensemble
        rows = self._members.scores(lambda member: look.given(member.checkpoint.spec), more_to_come)
        members = [(member.chosen, member.checkpoint.manifest) for member in self._members.members]
        return combined(ensemble.recipe.policy, ensemble.recipe.views, members, rows, ensemble.temperatures)

    def _prediction(
        self,
        read: Sampled,
        number: int,
        warnings: tuple[str, ...] = (),
        scores: LocationScores | None = None,
        error: NeuronetraError | None = None,
    ) -> Prediction:
        series, text = read.series, None if error is None else str(error)
        if self._hide_names:
            hider = NameHider.of(series, number)
            series, text = hider.series(series), None if text is None else hider.text(text)
            if error is not None:
                hider.censor(error)
        report = SeriesReport(series, read.positions, warnings, text, read.plausibility)
        modality = None if series.modality is None else series.modality.modality
        return Prediction(series.uid, modality, scores, self.model, report, self._versions, text)

    def warm(self) -> None:
        """Verify and open every network now, so that the first prediction does not wait for it.

        For a predictor that keeps its networks open. Raises ``StoreError``.
        """
        self._members.warm()

    def close(self) -> None:
        """Free the networks; a second call does nothing."""
        self._members.close()


def _raise_all_failed(path: str, failures: Sequence[NeuronetraError]) -> None:
    for failure in failures:
        if not isinstance(failure, InputError):
            raise failure
    if len(failures) == 1:
        raise failures[0]
    raise NoSeriesError("no series can be used", where=path, found=f"{len(failures)}, first: {failures[0]}")
