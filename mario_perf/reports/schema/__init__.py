"""The published format of the JSON report."""
