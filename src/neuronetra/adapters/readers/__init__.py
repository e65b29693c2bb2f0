"""Readers of head series, one library each."""
