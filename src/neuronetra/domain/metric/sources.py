"""Where probabilities come from: a model, or baselines fitted in one way or another; and their measuring."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_as_given, require_shape
from neuronetra.domain.baselines import Covariates, Kind, PrevalenceBaseline, cross_fitted
from neuronetra.domain.folds import grouped_folds
from neuronetra.domain.metric.bootstrap import Resampling, resampled
from neuronetra.domain.metric.calibration import BINS
from neuronetra.domain.metric.figures import Figure
from neuronetra.domain.metric.measured import Measures
from neuronetra.domain.metric.score import PRESENT, FoldAreas, checked_labels, score_of

CROSS_FITTED, IN_SAMPLE, TRAINING = "cross-fitted", "in-sample", "training"
_WITHIN = "within "


@frozen(eq=False)
class Source:
    """Probabilities (n, 14), and the fold (n,) of each series where they are constants of folds."""

    probabilities: Float64 = field(converter=locked_as_given, repr=False)
    fold: Array | None = field(default=None, repr=False)


@frozen(eq=False)
class Evaluated:
    """The series that are evaluated.

    Labels (n, 14), patients (n,) numbered from 0, what else is known of them, and whose left and right are known (n,),
    all where ``None``.
    """

    truth: Array = field(converter=locked_as_given)
    patients: Array = field(converter=locked_as_given)
    known: Covariates
    laterality_known: Array | None = None
    bins: int = BINS

    @classmethod
    def of(
        cls,
        labels: npt.ArrayLike,
        patients: npt.ArrayLike,
        known: Covariates,
        laterality_known: npt.ArrayLike | None = None,
        bins: int = BINS,
    ) -> Evaluated:
        """Raises ``ValueError`` where the columns are not of one length."""
        truth = checked_labels(labels)
        people = np.unique(np.asarray(patients), return_inverse=True)[1]
        require_shape("patients", people, (len(truth),))
        require_shape("modality", known.modality, (len(truth),))
        told = None if laterality_known is None else np.asarray(laterality_known, bool)
        return cls(truth, people, known, told, bins)

    @property
    def persons(self) -> int:
        """How many patients there are."""
        return len(np.unique(self.patients))

    def measures(self, source: Source) -> Measures:
        """What is measured of probabilities."""
        return Measures.of(
            self.truth,
            source.probabilities,
            self.known.modality,
            source.fold,
            self.laterality_known,
            self.bins,
        )

    def cross_fitted(self, folds: int, seed: int) -> dict[Kind, Source]:
        """The baselines, each fold's fitted on all others; of a single patient there are none."""
        count = min(folds, self.persons)
        if count < 2:
            return {}
        fold = grouped_folds(self.patients, self.truth[:, PRESENT], self.known.modality, count, seed)
        return {kind: Source(cross_fitted(kind, self.truth, self.known, fold), fold) for kind in Kind}

    def fitted(
        self, training: Mapping[Kind, PrevalenceBaseline | Source] | None
    ) -> tuple[dict[Kind, Source], str]:
        """The baselines of the training series, or else fitted on these very series; and which it is."""
        if training is not None:
            return {kind: self._source(one) for kind, one in training.items()}, TRAINING
        mine = {kind: PrevalenceBaseline.fit(kind, self.truth, self.known) for kind in Kind}
        return {kind: self._source(one) for kind, one in mine.items()}, IN_SAMPLE

    def _source(self, baseline: PrevalenceBaseline | Source) -> Source:
        if isinstance(baseline, Source):
            require_shape("a baseline's probabilities", baseline.probabilities, self.truth.shape)
            return baseline
        return Source(baseline.predict(self.known))


@frozen(eq=False)
class ScoreWithin:
    """The score of areas that are taken within each fold and averaged, (1, b) under weights (n, b)."""

    areas: FoldAreas

    @classmethod
    def of(cls, truth: Array, probabilities: Array, fold: Array) -> ScoreWithin:
        """Of labels and probabilities (n, 14) and folds (n,)."""
        return cls(FoldAreas.of(truth, probabilities, fold))

    def __call__(self, weights: Float64) -> Float64:
        return score_of(self.areas(weights))[np.newaxis]


@frozen(eq=False)
class Measured:
    """Each source's measures, and their values (k, 1 + resamples), the series as they are first.

    ``within`` (1 + resamples,) are the scores within the folds of the others, of each source that has none itself.
    """

    measures: Mapping[str, Measures]
    values: Mapping[str, Float64]
    within: Mapping[str, Float64] = field(factory=dict)

    @classmethod
    def of(
        cls,
        series: Evaluated,
        sources: Mapping[str, Source],
        resampling: Resampling,
        progress: Callable[[int, int], None] | None = None,
    ) -> Measured:
        """All sources on the same resamples, so that their differences are paired.

        Where the sources have folds, patients are drawn within them: the folds are fixed.
        """
        measures = {name: series.measures(source) for name, source in sources.items()}
        strata = next((one.fold for one in sources.values() if one.fold is not None), None)
        if not measures:
            return cls({}, {})
        several = strata is not None and len(np.unique(strata)) > 1
        pooled = {name: one for name, one in sources.items() if several and one.fold is None}
        within = {
            f"{_WITHIN}{name}": ScoreWithin.of(series.truth, one.probabilities, np.asarray(strata))
            for name, one in pooled.items()
        }
        found = resampled({**measures, **within}, series.patients, resampling, strata, progress)
        scores = {name: found.pop(f"{_WITHIN}{name}")[0] for name in pooled}
        return cls(measures, found, scores)

    def score_within(self, name: str) -> Figure:
        """Of a source without folds, its score within those of the others; none where these have none."""
        return self._figure(name, self.within[name]) if name in self.within else Figure()

    def lead(self, name: str, other: str) -> Figure:
        """The score of one less that of another, resample by resample; none where there is not both.

        Like with like: where the other's is taken within folds, so is the first one's, as ranks across folds cost
        probabilities that several networks gave what those of one do not lose.
        """
        if name not in self.values or other not in self.values:
            return Figure()
        pooled = other in self.within or name not in self.within
        mine = self.values[name][0] if pooled else self.within[name]
        return self._figure(name, mine - self.values[other][0])

    def _figure(self, name: str, values: Float64) -> Figure:
        return Figure.of(float(values[0]), values[1:], self.measures[name].series)
