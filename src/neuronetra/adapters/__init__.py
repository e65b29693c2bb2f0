"""Adapters: one library per file, grouped by the port it serves. Groups never import each other."""
