"""The locustfile: ``locust -f loadtests/mario.py``, with every flag that Locust takes.

Each run is recorded in ``runs/ID/run.json``.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # from any folder, installed or not

from locust import events

from loadtests import recorder, webui
from loadtests.journeys import MarioUser
from loadtests.options import add_arguments

__all__ = ["MarioUser"]

events.init_command_line_parser.add_listener(add_arguments)  # type: ignore[no-untyped-call]
events.init.add_listener(recorder.register)  # type: ignore[no-untyped-call]
events.init.add_listener(webui.register)  # type: ignore[no-untyped-call]
