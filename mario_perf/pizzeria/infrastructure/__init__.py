"""Where things are kept: SQLite."""
