"""How it is shown: pure functions from a gate result to text."""
