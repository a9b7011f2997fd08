"""Both sides laid out as numbers, one row a metric and operation."""
