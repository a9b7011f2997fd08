"""What is put beside a running service: Prometheus, Grafana, and what they are told."""
