"""Frames to words: one file per decoding library, and the table of who decodes what."""
