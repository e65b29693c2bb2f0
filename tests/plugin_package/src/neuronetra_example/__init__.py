"""A reader and a runtime of one's own."""
