"""Where counters come from: scrapes that the run kept, or a Prometheus server."""
