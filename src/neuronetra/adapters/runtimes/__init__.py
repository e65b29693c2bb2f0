"""Runtimes that run checkpoints."""
