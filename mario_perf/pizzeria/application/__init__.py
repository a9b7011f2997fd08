"""What the pizzeria does: one command or query a file, each with its handler."""
