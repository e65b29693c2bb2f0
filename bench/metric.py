"""What an evaluation's resampling costs, beside scikit-learn called once a label and resample.

    python bench/metric.py [--series 4348] [--bootstraps 1000]

Prints a table: CPU seconds of the 14 AUCs and the score, of a whole evaluation with both baselines, and of
scikit-learn's loop, which is run for a few resamples and extrapolated.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from sklearn.metrics import roc_auc_score

from neuronetra.domain.metric.bootstrap import Resampling, patient_weights, resampled
from neuronetra.domain.metric.evaluation import evaluate
from neuronetra.domain.metric.score import LabelAreas
from neuronetra.domain.modality import Modality

EXTRAPOLATED = 3


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=4348)
    parser.add_argument("--bootstraps", type=int, default=1000)
    given = parser.parse_args()
    generator = np.random.default_rng(0)
    present = generator.random(given.series) < 0.43
    labels = np.zeros((given.series, 14), bool)
    labels[np.arange(given.series), generator.integers(0, 13, given.series)] = present
    labels[:, 13] = present
    scores = np.clip(generator.random(labels.shape) * 0.6 + labels * 0.3, 0, 1)
    patients = np.arange(given.series)
    resampling = Resampling(given.bootstraps)

    def alone() -> None:
        resampled({"model": LabelAreas.of(labels, scores)}, patients, resampling)

    def whole() -> None:
        modality = generator.choice([m.code for m in Modality], given.series)
        evaluate(labels, scores, patients, modality, bootstraps=given.bootstraps)

    def loop() -> None:
        for weights in patient_weights(patients, Resampling(EXTRAPOLATED)):
            for heavy in weights.T:
                for k in range(14):
                    roc_auc_score(labels[:, k], scores[:, k], sample_weight=heavy)

    own = _seconds(alone)
    rows = [
        ("14 AUCs and the score", own),
        ("a whole evaluation, two baselines", _seconds(whole)),
        ("scikit-learn's loop, extrapolated", _seconds(loop) * given.bootstraps / EXTRAPOLATED),
    ]
    print(f"{given.bootstraps} resamples of {given.series} x 14, CPU seconds, and as a ratio")
    for name, seconds in rows:
        print(f"{name:<36} {seconds:8.2f} {seconds / own:8.1f} x")


def _seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
