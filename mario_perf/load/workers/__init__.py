"""Several processes that play one load."""
