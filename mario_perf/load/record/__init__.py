"""What a run leaves: counts, latencies, scrapes and the record."""
