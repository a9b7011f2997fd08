"""What it means: from metric sources to a verdict."""
