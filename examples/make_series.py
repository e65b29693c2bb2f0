"""Write a made-up series as DICOM: enough to try the software, nothing of a patient.

python examples/make_series.py OUT
"""

import sys

from neuronetra.testing.phantom import head
from neuronetra.testing.series_builder import SeriesPlan, build

plan = SeriesPlan(
    shape=(120, 256, 256),
    spacing=(1.5, 0.9, 0.9),
    origin=(-115.0, -115.0, -90.0),
    modality="CT",
    slope=1.0,
    intercept=-1024.0,
    picture=head,
)
print(f"{len(build(plan).write(sys.argv[1]))} files in {sys.argv[1]}")
