"""The locustfile: ``locust -f loadtests/mario.py`` takes all of Locust's options.

``python -m mario_perf.load`` lists the options of the load. Each run is recorded in ``runs/ID/run.json``.
"""

from mario_user import MarioUser

__all__ = ["MarioUser"]
