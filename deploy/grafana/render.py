"""From dashboards as code to the files that Grafana reads."""

from __future__ import annotations

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.dashboards import business, cqrs, history, http, load_test, usage

JSON = Path(__file__).parent / "json"
"""Where the files are: committed, so that nobody needs Python to use them."""


def rendered() -> dict[str, str]:
    """The content of each file in ``JSON``, by its name."""
    return {
        f"{module.__name__.rpartition('.')[2]}.json": json.dumps(
            module.dashboard().build(), cls=JSONEncoder, indent=1
        )
        + "\n"
        for module in (cqrs, http, business, usage, load_test, history)
    }
