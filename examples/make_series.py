"""Write a made-up series as DICOM: enough to try the software, nothing of a patient.

python examples/make_series.py OUT
"""

import sys

from neuronetra.testing.series_builder import SeriesPlan, build

plan = SeriesPlan(
    shape=(120, 256, 256), spacing=(1.25, 0.8, 0.8), origin=(-102.0, -102.0, -75.0), modality="CT"
)
print(f"{len(build(plan).write(sys.argv[1]))} files in {sys.argv[1]}")
