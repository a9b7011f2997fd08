"""Builds of the service: where they come from, what they need, how they are started."""
