"""How often comparisons of two builds' capacities are right, on simulated machines whose truth is known."""
