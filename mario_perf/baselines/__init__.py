"""Runs that were kept, to be compared with later ones."""
