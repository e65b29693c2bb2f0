"""The networks themselves, for runtimes and training."""
