"""Commands: what changes something."""
