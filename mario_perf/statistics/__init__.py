"""Estimates, intervals and verdicts: pure functions on arrays and frozen types."""
