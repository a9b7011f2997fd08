"""perf.toml: what is measured, with which thresholds, and how the service is started."""
