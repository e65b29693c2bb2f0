"""Stores of prepared frames."""
