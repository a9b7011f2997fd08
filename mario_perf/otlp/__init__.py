"""Metrics that a service pushes by OTLP, received on loopback and shown as a metrics page."""
