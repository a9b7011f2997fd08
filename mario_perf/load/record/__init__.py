"""What a run writes: counts, latencies, scrapes and the record."""
