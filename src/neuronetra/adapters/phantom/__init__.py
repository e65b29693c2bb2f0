"""Synthetic heads: anatomy, vessels, lesions and how scanners show them. numpy and OpenCV."""
