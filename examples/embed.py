"""One predictor, several series, from a program of your own.

python examples/embed.py STORE SERIES [SERIES ...]
"""

import sys

from neuronetra import NeuronetraError, open_predictor

store, *folders = sys.argv[1:]
with open_predictor(store) as predictor:
    for folder in folders:
        try:
            predictions = predictor.predict(folder)
        except NeuronetraError as error:
            print(f"{folder}: {error}", file=sys.stderr)
            continue
        for prediction in predictions:
            if prediction.probabilities is None:
                print(f"{prediction.series_uid}: {prediction.error}", file=sys.stderr)
                continue
            present = prediction.probabilities["Aneurysm Present"]
            print(f"{prediction.series_uid}: {present:.3f} ({prediction.notice})")
