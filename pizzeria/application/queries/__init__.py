"""Queries: what changes nothing."""
