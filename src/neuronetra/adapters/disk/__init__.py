"""Files on a disk: written whole or not at all, and checked by sha256."""
