"""Executors: the same work on many items, side by side."""
