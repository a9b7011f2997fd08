"""What happens when Locust starts: options and service are checked, and runs will be recorded."""

from __future__ import annotations

import inspect
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

import gevent
import httpx
from locust.runners import WorkerRunner

from mario_perf import bounded_read
from mario_perf.load.credentials import without_credentials
from mario_perf.load.options.run_options import Options
from mario_perf.load.record import load_model
from mario_perf.load.record.recorder import USAGE_ERROR, Recorder
from mario_perf.load.users.measured_user import MeasuredUser
from mario_perf.load.users.user_group import targets
from mario_perf.load.workers.agent import WorkerAgent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locust import User
    from locust.env import Environment
    from locust.runners import Runner

LOG: Final = logging.getLogger("mario_perf")
_ANSWER_TIMEOUT: Final = 5.0  # seconds


def register(environment: Environment, runner: Runner | None, **_: Any) -> None:  # noqa: ANN401
    """Listener for Locust's ``init``: record what users do, in this process or in its workers.

    Exits with code 2 when the options are wrong or the service cannot be reached. With the web UI the
    service is not checked, as its form can still change the host.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    inspect.stack()  # Locust calls it when a window ends. The first call reads all modules: 60 ms.
    if isinstance(runner, WorkerRunner):
        if _forks_workers(environment):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the master gets it as well, and ends the run
        MeasuredUser.coordinator.set(WorkerAgent(environment, runner))
        return
    if runner is None:
        return
    environment.host = environment.host or _host_of_all(environment.user_classes)
    _check_options(environment)
    if environment.web_ui is None:
        _check_service(environment)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        gevent.signal_handler(signal.SIGINT, _interrupt)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # a closed terminal; nohup turns it off
        gevent.signal_handler(signal.SIGHUP, _interrupt)
    MeasuredUser.coordinator.set(Recorder(environment, runner))


def _host_of_all(users: Sequence[type[User]]) -> str | None:
    """The host that all classes name, or None."""
    hosts = {user.host for user in users}
    return hosts.pop() if len(hosts) == 1 else None


def _interrupt() -> None:
    """Interrupt the main greenlet. Python's own handler would interrupt any user that happens to run."""
    gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())


def _check_options(environment: Environment) -> None:
    assert environment.parsed_options is not None  # noqa: S101 - Locust has parsed them
    try:
        load_model.apply(environment, environment.parsed_options)
    except ValueError as error:
        _exit(environment, str(error))


def _check_service(environment: Environment) -> None:
    if not environment.host:
        _exit(environment, "no service to load: give --host URL")
    assert environment.parsed_options is not None  # noqa: S101 - Locust has parsed them
    options = Options.from_parsed(environment.parsed_options)
    for target in targets(options, environment.host or ""):
        if "://" in target.url and not target.url.startswith("http"):
            continue  # another protocol, which its own users will speak
        try:
            httpx.URL(target.url).host.encode("idna")  # gevent's resolver prints what it cannot encode
            bounded_read.status(target.url, _ANSWER_TIMEOUT, options.tls())
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            _exit(environment, f"{target.url} cannot be reached ({error}); {_advice(error)}")


def _advice(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "give --ca FILE with the authority that signed its certificate, or --insecure"
    return "check that the service runs and answers, or give its URL"


def _exit(environment: Environment, message: str) -> None:
    LOG.error(without_credentials(message))
    if _forks_workers(environment):
        # Locust would wait for workers that wait for it. They end with this process.
        logging.shutdown()
        os._exit(USAGE_ERROR)
    sys.exit(USAGE_ERROR)


def _forks_workers(environment: Environment) -> bool:
    return bool(environment.parsed_options and environment.parsed_options.processes)
