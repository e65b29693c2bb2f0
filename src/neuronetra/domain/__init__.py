"""What is true of head series and their scores, whatever library reads or computes them.

Only numpy, attrs and the pure parts of the standard library are imported here.
Patient coordinates are DICOM's LPS in millimetres: x to the patient's left, y to the back, z to the head.
"""
