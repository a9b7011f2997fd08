"""Several processes that generate one load."""
