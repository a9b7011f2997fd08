"""The dashboards that are deployed, and what their variables stand for when all is chosen."""

from __future__ import annotations

import json

from deploy.grafana import JSON

VARIABLES = {
    "$__rate_interval": "4s",
    "$__range": "30s",
    "$job": "pizzeria",
    "$instance": ".*",
    "$operation": ".*",
}

_ALL = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(JSON.iterdir())}
HISTORY = _ALL.pop("history")
"""The one that asks PostgreSQL."""

BOARDS = _ALL
"""Those that ask Prometheus."""
