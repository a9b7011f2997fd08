"""What a locustfile of one's own imports, and all that it needs for its runs to be recorded.

Importing it adds the load's options to Locust's and has every run recorded, and judged in Locust's web UI.
"""

from locust import events

from loadtests import recorder, webui
from loadtests.options import add_arguments
from loadtests.steps import Answer, Step
from loadtests.users import MeasuredUser

__all__ = ["Answer", "MeasuredUser", "Step"]

events.init_command_line_parser.add_listener(add_arguments)  # type: ignore[no-untyped-call]
events.init.add_listener(recorder.register)  # type: ignore[no-untyped-call]
events.init.add_listener(webui.register)  # type: ignore[no-untyped-call]
