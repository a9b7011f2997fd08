"""Doors to the analysis. The rooms are in ``mario_perf``; README.md here says which does what."""
