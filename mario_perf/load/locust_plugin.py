"""Registers with Locust: adds the load's options, records each run, and judges it in Locust's web UI."""

from locust import events

from mario_perf.load.options.arguments import add_arguments
from mario_perf.load.record import recorder
from mario_perf.load.steps import Answer, Step
from mario_perf.load.users.measured_user import MeasuredUser
from mario_perf.load.users.rapid_http_user import RapidHttpUser
from mario_perf.load.webui import service_tab

__all__ = ["Answer", "MeasuredUser", "RapidHttpUser", "Step"]

events.init_command_line_parser.add_listener(add_arguments)  # type: ignore[no-untyped-call]
events.init.add_listener(recorder.register)  # type: ignore[no-untyped-call]
events.init.add_listener(service_tab.register)  # type: ignore[no-untyped-call]
