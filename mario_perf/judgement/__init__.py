"""From comparisons to verdicts and the outcome of a gate."""
