"""The locustfile: ``locust -f loadtests/mario.py``, with every flag that Locust takes.

Each run is recorded in ``runs/ID/run.json``.
"""

from journeys import MarioUser

__all__ = ["MarioUser"]
