"""Runs of a simulated service."""

from tests.simulated_runs import make_run

__all__ = ["make_run"]
