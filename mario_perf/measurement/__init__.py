"""From counters to measurements, held against what the client sent."""
