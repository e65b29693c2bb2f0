"""The mean head's landmarks, in the head's frame: what anatomy and vessels agree on.

LPS in mm: x grows to the patient's left, y to the back, z to the vertex; the origin is the middle of the top of
the dorsum sellae. Sides are given for the left (x above 0); the right mirrors them before a subject's own
differences. Rounded figures of an adult's head, after common anatomy atlases.
"""

from __future__ import annotations

SKULL_CENTRE = (0.0, 23.0, 28.0)
SKULL_OUTER = (72.0, 92.0, 68.0)
"""Semi-axes of the vault's outer table: front at y = -69, back at 115, vertex at z = 96."""
SKULL_THICKNESS = 6.5
SCALP_THICKNESS = 6.0

ANTERIOR_FLOOR_Z = 9.0
"""Floor of the anterior cranial fossa (orbital roofs), y from -60 to -8."""
MIDDLE_FLOOR_Z = -17.0
"""Floor of the middle fossa, |x| from 14 to 60, y from -25 to 18 (the petrous ridge's front)."""
POSTERIOR_FLOOR_Z = -46.0
CLIVUS_TOP, CLIVUS_BOTTOM = (0.0, 3.0, 0.0), (0.0, 23.0, -43.0)
FORAMEN_MAGNUM, FORAMEN_RADIUS = (0.0, 38.0, -46.0), 16.0
PETROUS_TIP, PETROUS_END = (10.0, 8.0, -9.0), (60.0, 36.0, -20.0)
"""The ridge of the petrous bone, from its apex to the mastoid (air cells there)."""
SPHENOID_SINUS, SPHENOID_SINUS_RADII = (0.0, -18.0, -14.0), (13.0, 12.0, 10.0)
FRONTAL_SINUS = (6.0, -66.0, 16.0)
ETHMOID = (6.0, -42.0, -8.0)
MAXILLARY_SINUS, MAXILLARY_SINUS_RADII = (26.0, -46.0, -38.0), (13.0, 15.0, 17.0)
EYE, EYE_RADIUS = (32.0, -58.0, -6.0), 12.0
SELLA, SELLA_RADII = (0.0, -5.0, -4.0), (7.0, 6.0, 5.0)
ANTERIOR_CLINOID = (12.0, -12.0, 3.0)

LATERAL_VENTRICLE = ((7.0, -14.0, 32.0), (9.0, 5.0, 42.0), (14.0, 30.0, 44.0), (24.0, 50.0, 34.0))
"""Frontal horn, body, and back to the atrium."""
OCCIPITAL_HORN, TEMPORAL_HORN = (22.0, 72.0, 30.0), ((27.0, 42.0, 22.0), (33.0, 22.0, 0.0), (30.0, 8.0, -6.0))
THIRD_VENTRICLE = ((0.0, 4.0, 12.0), (0.0, 24.0, 22.0))
FOURTH_VENTRICLE = (0.0, 42.0, -14.0)
MIDBRAIN, PONS, MEDULLA = (0.0, 22.0, 6.0), (0.0, 24.0, -14.0), (0.0, 34.0, -38.0)
CEREBELLUM, CEREBELLUM_RADII = (24.0, 56.0, -20.0), (28.0, 26.0, 22.0)
TENTORIUM_Z = 8.0
SYLVIAN_FISSURE = ((22.0, -8.0, 8.0), (44.0, -4.0, 10.0), (58.0, 30.0, 26.0))
SUPRASELLAR_CISTERN, SUPRASELLAR_RADII = (0.0, -4.0, 7.0), (15.0, 9.0, 7.0)

NECK_CAROTID = (28.0, 26.0, -95.0)
CAROTID_CANAL = (26.0, 22.0, -38.0)
PETROUS_CAROTID = ((24.0, 18.0, -24.0), (15.0, 8.0, -19.0))
CAVERNOUS_CAROTID = ((12.0, 4.0, -9.0), (12.5, -10.0, -7.0), (11.5, -15.0, -1.0))
CLINOID_CAROTID = (11.0, -13.0, 3.0)
"""Below it infraclinoid, above it supraclinoid."""
CAROTID_TERMINUS = (14.0, -6.0, 14.0)
MIDDLE_CEREBRAL_BIFURCATION = (38.0, -4.0, 12.0)
ANTERIOR_COMMUNICATING = (1.8, -15.0, 17.0)
"""The end of A1; the communicating artery joins the two sides."""
POSTERIOR_COMMUNICATING = ((11.5, -9.0, 7.0), (11.0, 9.0, 9.0))
"""From the supraclinoid carotid to P1 / P2."""
VERTEBRAL_ENTRY = (13.0, 36.0, -46.0)
VERTEBROBASILAR_JUNCTION = (0.0, 22.0, -30.0)
BASILAR_TIP = (0.0, 9.0, 7.0)
POSTERIOR_CEREBRAL = ((11.0, 10.0, 9.5), (20.0, 26.0, 12.0), (14.0, 58.0, 18.0))
SUPERIOR_SAGITTAL_SINUS_X = 0.0
TORCULA = (0.0, 108.0, 8.0)
