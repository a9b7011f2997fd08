"""Registers with Locust: adds options, records each run, and shows its report in Locust's web UI."""

from locust import events

from mario_perf.load import startup
from mario_perf.load.options.arguments import add_arguments
from mario_perf.load.steps import Answer, Step
from mario_perf.load.users.measured_user import MeasuredUser
from mario_perf.load.users.rapid_http_user import RapidHttpUser
from mario_perf.load.users.request_events import hold_tasks
from mario_perf.load.webui import service_tab
from mario_perf.load.workers.parent_death import end_with_parent
from mario_perf.run_record import Side

__all__ = ["Answer", "MeasuredUser", "RapidHttpUser", "Side", "Step"]

events.init_command_line_parser.add_listener(add_arguments)  # type: ignore[no-untyped-call]
events.init.add_listener(startup.register)  # type: ignore[no-untyped-call]
events.init.add_listener(service_tab.register)  # type: ignore[no-untyped-call]
hold_tasks()
end_with_parent()
