"""Follows Locust through its events, and writes a run record for every run."""

from __future__ import annotations

import logging
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

import gevent
import httpx
from gevent import GreenletExit
from gevent.lock import RLock
from locust.runners import MasterRunner, WorkerRunner

from loadtests import folder
from loadtests.options import Options
from loadtests.redaction import without_credentials
from loadtests.run import LONGEST_REQUEST, Crowd, Run, targets
from loadtests.users import MeasuredUser

if TYPE_CHECKING:
    from pathlib import Path

    from locust.env import Environment
    from locust.runners import Runner

    from loadtests.rapidhttp import RapidHttpUser
    from loadtests.run import Seat

LOG: Final = logging.getLogger("loadtests")
_USAGE_ERROR: Final = 2
_REACH_TIMEOUT: Final = 5.0  # seconds


class Recorder:
    """One for each Locust process; with the web UI it sees several runs."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self._environment = environment
        self._runner = runner
        self._run: Run | None = None
        self._users = 0
        self._ending = RLock()
        self._ended = False
        events = environment.events
        for event, listener in (
            (events.test_start, self._begin),
            (events.spawning_complete, self._all_users_there),
            (events.test_stopping, self._end),
            (events.test_stop, self._write),
            (events.quitting, self._quit),
        ):
            event.add_listener(listener)  # type: ignore[no-untyped-call]

    @property
    def folder(self) -> Path | None:
        """Where the run in progress is kept, None when there is none."""
        return None if self._run is None else self._run.folder

    def seat(self, user: RapidHttpUser) -> Seat:
        """A seat in the run for a new user.

        Raises:
            GreenletExit: There is no run to take part in.
        """
        if self._run is None:
            raise GreenletExit
        return self._run.seat(user.client, frozenset(_parsed(self._environment).exclude_tags or ()))

    def _begin(self, **_: Any) -> None:  # noqa: ANN401 - Locust's events
        self._run = None
        options = Options.of(_parsed(self._environment))
        if not self._environment.host:
            LOG.error("no service to load: give --host URL")
            return
        try:
            place = folder.create(options.runs_dir, options.run_id)
        except OSError as error:
            self._give_up(f"{options.runs_dir}: no run can be kept there ({error.strerror}); see --runs-dir")
            return
        worker = getattr(self._runner, "worker_index", 0)
        self._run = Run(options, self._environment.host, place, max(worker, 0))
        self._run.begin()
        self._ended = False
        self._users = 0
        LOG.info("Run %s begins", place.name)

    def _all_users_there(self, user_count: int, **_: Any) -> None:  # noqa: ANN401
        self._users = user_count
        if self._run is not None:
            self._run.all_users_there(self._patience)

    def _end(self, **_: Any) -> None:  # noqa: ANN401
        """The time is up, or somebody stopped the run; whoever comes second waits for the first."""
        with self._ending:
            if self._run is not None and not self._ended:
                self._run.end(self._patience)
                self._ended = True

    def _write(self, **_: Any) -> None:  # noqa: ANN401
        run, self._run = self._run, None
        if run is None:
            return
        try:
            folder.write(run.folder, run.record(self._crowd()))
        except OSError as error:
            self._environment.process_exit_code = 1
            LOG.error("%s: the run could not be recorded (%s)", run.folder, error.strerror)  # noqa: TRY400
            return
        LOG.info("Run %s is recorded in %s", run.folder.name, run.folder / "run.json")
        parsed = _parsed(self._environment)
        if parsed.exit_code_on_error == 1 and not self._runner.exceptions:
            # Failed requests are the analysis' to judge, unless the user asked Locust to.
            self._environment.process_exit_code = 0

    def _quit(self, **_: Any) -> None:  # noqa: ANN401
        """Ctrl-C comes here while users still run. The record must be there before the exit code is known."""
        if self._run is not None:
            self._runner.stop()

    def _give_up(self, message: str) -> None:
        LOG.error(message)
        self._environment.process_exit_code = _USAGE_ERROR
        if not self._environment.web_ui:
            gevent.spawn(self._runner.quit)

    def _crowd(self) -> Crowd:
        shape = self._environment.shape_class
        return Crowd(
            users=self._users or self._runner.user_count,
            spawn_rate=float(_parsed(self._environment).spawn_rate or 1),
            shape=type(shape).__name__ if shape else "steady",
        )

    @property
    def _patience(self) -> float:
        return float(self._environment.stop_timeout or LONGEST_REQUEST)


def register(environment: Environment, runner: Runner | None, **_: Any) -> None:  # noqa: ANN401
    """Listener for Locust's ``init``: record what this process' users do.

    Exits with code 2 when the service cannot be reached, unless somebody may still change the host in the UI.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if runner is None or isinstance(runner, MasterRunner):
        LOG.warning("This process starts no users, so it records nothing: each worker records its own part")
        return
    if isinstance(runner, WorkerRunner):
        LOG.warning("The run record covers this worker only")
    elif environment.web_ui is None:
        _expect_service(environment)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        gevent.signal_handler(signal.SIGINT, _interrupt)
    MeasuredUser.recorder = Recorder(environment, runner)


def _interrupt() -> None:
    """Interrupt the main greenlet. Python's own handler would strike whichever user happens to run."""
    gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())


def _expect_service(environment: Environment) -> None:
    if not environment.host:
        sys.exit(_complain("no service to load: give --host URL"))
    for target in targets(Options.of(_parsed(environment)), environment.host):
        try:
            httpx.URL(target.url).host.encode("idna")  # gevent's resolver prints what it cannot encode
            httpx.get(target.url, timeout=_REACH_TIMEOUT, trust_env=False, verify=False)  # noqa: S501
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            sys.exit(
                _complain(f"{target.url} cannot be reached ({error}); start the service, or give its URL")
            )


def _complain(message: str) -> int:
    LOG.error(without_credentials(message))
    return _USAGE_ERROR


def _parsed(environment: Environment) -> Any:  # noqa: ANN401 - argparse's namespace
    return environment.parsed_options
