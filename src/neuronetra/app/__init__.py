"""Use cases, one file each. They see the domain and the ports only."""
