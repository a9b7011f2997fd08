"""Lasting shifts in a series of runs."""
