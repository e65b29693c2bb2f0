"""Making and training networks."""
