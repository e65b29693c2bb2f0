"""DICOM files: finding them, their headers and where their pixels stand."""
