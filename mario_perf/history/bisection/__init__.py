"""Which commit changed an operation? A Bayesian search with duets."""
