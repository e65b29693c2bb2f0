"""Data sets: labelled series, real and made up."""
