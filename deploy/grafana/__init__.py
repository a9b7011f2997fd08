"""The dashboards, as code. ``python -m deploy.grafana`` writes them where Grafana reads them."""

from deploy.grafana.render import JSON, rendered

__all__ = ["JSON", "rendered"]
