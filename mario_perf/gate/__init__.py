"""One command around all of it."""
