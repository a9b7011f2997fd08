"""What a load test tells Prometheus while it runs."""
