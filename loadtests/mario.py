"""The locustfile: ``locust -f loadtests/mario.py``, with every flag that Locust takes.

Each run is recorded in ``runs/ID/run.json``.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # from any folder, installed or not

from journeys import MarioUser

import mario_perf.load.locust_plugin  # noqa: F401 - registers the options and the record

__all__ = ["MarioUser"]
