"""What the figures in the README come from, each one command."""
