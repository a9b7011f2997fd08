"""In Locust's web UI: a tab with the service's own metrics, live, and the report of the last run.

The form is checked before a run begins. Metrics are read and runs are judged in processes of their own: the
load generator only shows their output.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from typing import TYPE_CHECKING, Any, Final

import gevent
from flask import Blueprint, Response, jsonify, request, send_file

from mario_perf.load.credentials import without_credentials
from mario_perf.load.record.recorder import Recorder
from mario_perf.load.users.measured_user import MeasuredUser

if TYPE_CHECKING:
    from locust.env import Environment
    from locust.web import WebUI

LOG: Final = logging.getLogger("mario_perf")
ROOT: Final = Path(__file__).resolve().parents[3]
REPORT_TIMEOUT: Final = 120.0  # seconds

_SWARM: Final = "locust.swarm"
_TAB: Final = "service"
_COLUMNS: Final = (
    ("name", "Operation"),
    ("p95", "Service p95 (ms)"),
    ("rate", "Executions/s"),
    ("errors", "Errors (%)"),
)
_PADDED: Final = 12
"""Characters of a figure: more than any has."""

_SCRIPT: Final = Path(__file__).with_suffix(".js")


class ServiceTab:
    """Follows the runs of one Locust process: ``rows`` of the live table, ``report`` of the last run.

    ``status`` says what it waits for.
    """

    def __init__(self, environment: Environment, recorder: Recorder) -> None:
        self._recorder = recorder
        self._folder: Path | None = None
        self._live: Popen[str] | None = None
        self._reporting: gevent.Greenlet | None = None
        self.rows: list[dict[str, Any]] = []
        self.report: Path | None = None
        self.status = ""
        for event, listener in (
            (environment.events.test_start, self._begin),
            (environment.events.test_stop, self._end),
            (environment.events.quitting, self._quit),
        ):
            event.add_listener(listener)  # type: ignore[no-untyped-call]

    def _begin(self, **_: Any) -> None:  # noqa: ANN401 - Locust's events
        self._quit()
        self.rows, self.report, self._folder = [], None, self._recorder.folder
        self.status = "" if self._folder is None else "The Service tab waits for the first executions."
        if self._folder is not None:
            self._live = _python("mario_perf.cli.live_command", str(self._folder))
            gevent.spawn(self._read, self._live)

    def _read(self, live: Popen[str]) -> None:
        assert live.stdout is not None  # noqa: S101 - it is a pipe
        for line in live.stdout:
            self.rows = [_row(each) for each in json.loads(line)["operations"]]
            if self.rows and self._reporting is None:
                self.status = ""
        live.wait()

    def _end(self, **_: Any) -> None:  # noqa: ANN401
        if self._folder is not None:
            self.status = f"Writing the report of run {self._folder.name}."
            self._reporting = gevent.spawn(self._write_report, self._folder)

    def _write_report(self, folder: Path) -> None:
        """Compare the sides of a duet; compare one service with its baseline, or else report it alone."""
        report = folder / "report.html"
        duet = (folder / "scrapes-baseline.jsonl.gz").exists()
        for options in ((),) if duet else (("--baseline",), ()):
            with suppress(TimeoutExpired):
                _run_to_end("mario_perf", "compare", "--run", str(folder), *options)
            if report.exists():
                self.report, self.status = report, ""
                LOG.info("Report: %s", report)
                return
        self.status = f"No report of run {folder.name}; mario-perf compare {folder.name} says why."
        LOG.warning("%s: no report; run mario-perf compare %s for the reason", folder, folder)

    def _quit(self, **_: Any) -> None:  # noqa: ANN401
        if self._reporting is not None:
            self._reporting.kill()
            self._reporting = None
        if self._live is not None:
            self._live.kill()


def register(environment: Environment, **_: Any) -> None:  # noqa: ANN401
    """Listener for Locust's ``init``, after the recorder's: extend the UI of a process that records runs."""
    recorder = MeasuredUser.coordinator.value
    if environment.web_ui is None or not isinstance(recorder, Recorder):
        return
    web_ui, tab = environment.web_ui, ServiceTab(environment, recorder)
    web_ui.template_args |= {
        "extended_tabs": [{"key": _TAB, "title": "Service"}],
        "extended_tables": [
            {"key": _TAB, "structure": [{"key": key, "title": title} for key, title in _COLUMNS]}
        ],
        "extended_csv_files": [{"href": "./service/report", "title": "Report of the latest run"}],
    }
    base = getattr(environment.parsed_options, "web_base_path", None) or ""
    assert web_ui.app is not None  # noqa: S101 - the UI has one
    web_ui.app.register_blueprint(_pages(tab, web_ui), url_prefix=f"{base}/service")
    web_ui.app.after_request(lambda response: _extend(response, tab))
    swarm = web_ui.app.view_functions[_SWARM]
    checked = web_ui.auth_required_if_enabled(  # type: ignore[no-untyped-call]
        lambda: _form_error(environment, recorder) or swarm()
    )
    web_ui.app.view_functions[_SWARM] = checked


def _form_error(environment: Environment, recorder: Recorder) -> Response | None:
    """Check the form; return an error as Locust shows it, or None."""
    try:
        recorder.apply_form(request.form)
    except ValueError as error:
        message = without_credentials(str(error))
        LOG.error(message)  # noqa: TRY400 - one line
        return jsonify({"success": False, "message": message, "host": environment.host})
    return None


def _pages(tab: ServiceTab, web_ui: WebUI) -> Blueprint:
    pages = Blueprint("service", __name__)
    for name, view in {
        "latest": lambda: jsonify(
            {"run": tab.report.parent.name if tab.report else None, "status": tab.status}
        ),
        "report": lambda: _report(tab),
        "script": lambda: send_file(_SCRIPT, mimetype="text/javascript"),
    }.items():
        pages.add_url_rule(f"/{name}", name, web_ui.auth_required_if_enabled(view))  # type: ignore[no-untyped-call]
    return pages


def _report(tab: ServiceTab) -> Response:
    if tab.report is None:
        return Response("No report yet: no run has ended, or its report is still being written.", 404)
    return send_file(tab.report)


def _extend(response: Response, tab: ServiceTab) -> Response:
    """Add rows to Locust's statistics, and the script to its page."""
    if request.endpoint == "locust.request_stats" and response.is_json:
        rows = [{"key": _TAB, "data": tab.rows}]
        response.set_data(json.dumps({**response.get_json(), "extended_stats": rows}))
    elif request.endpoint == "locust.index":
        page = response.get_data(as_text=True)
        response.set_data(page.replace("</body>", '<script src="./service/script"></script></body>'))
    return response


def _row(operation: dict[str, Any]) -> dict[str, Any]:
    """An operation as a row of the table. A duet's baseline has the same prefix as in Locust's table.

    Figures are texts with as many places each, so that their points stand below each other. Locust sorts by
    what is shown, and the spaces before them let it sort numbers.
    """
    prefix = "baseline: " if operation["side"] == "baseline" else ""
    p95 = operation["p95"]
    return {
        "name": prefix + operation["name"],
        "p95": None if p95 is None else f"{p95 * 1000:{_PADDED}.2f}",
        "rate": f"{operation['rate']:{_PADDED}.1f}",
        "errors": f"{100 * operation['error_ratio']:{_PADDED}.2f}",
    }


def _python(module: str, *arguments: str) -> Popen[str]:
    """Start a module of this package, in any working directory."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", module, *arguments]
    return Popen(  # noqa: S603 - a list of our own arguments
        command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True, env={**os.environ, "PYTHONPATH": path}
    )


def _run_to_end(module: str, *arguments: str) -> None:
    """Run a module to its end, and kill it after a timeout, or when this greenlet is killed.

    Another greenlet starts it: one that is killed while it starts a process would lose that from sight.

    Raises:
        TimeoutExpired: It took longer than :data:`REPORT_TIMEOUT`.
    """
    starting = gevent.spawn(_python, module, *arguments)
    try:
        starting.get().communicate(timeout=REPORT_TIMEOUT)
    finally:
        starting.get().kill()
