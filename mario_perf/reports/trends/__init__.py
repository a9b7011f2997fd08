"""Trends, shown."""
