"""Additions to Locust's web UI."""
