"""Pixels already in memory: a volume read by SimpleITK.

python examples/volume.py STORE VOLUME MODALITY      (VOLUME: anything SimpleITK reads, NIfTI too)
"""

import sys

import numpy as np
import SimpleITK as sitk

from neuronetra import open_predictor

store, path, modality = sys.argv[1:]
image = sitk.ReadImage(path)
array = sitk.GetArrayFromImage(image)  # (slice, row, column)

# SimpleITK counts (column, row, slice) and already speaks LPS; for an affine read from
# NIfTI by another library use neuronetra.ras_to_lps.
affine = np.eye(4)
directions = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
affine[:3, :3] = directions[:, ::-1]
affine[:3, 3] = image.GetOrigin()

with open_predictor(store, keep_open=False) as predictor:
    for name, probability in (predictor.predict_volume(array, affine, modality).probabilities or {}).items():
        print(f"{probability:.4f}  {name}")
