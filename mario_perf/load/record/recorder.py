"""Follows Locust through its events, and writes a run record for every run."""

from __future__ import annotations

import inspect
import logging
import signal
import sys
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import gevent
import httpx
from gevent import GreenletExit
from gevent.lock import RLock
from locust.runners import MasterRunner, WorkerRunner

from mario_perf.load.arrivals.shared_iterations import Plan
from mario_perf.load.arrivals.user_count import Levels
from mario_perf.load.credentials import without_credentials
from mario_perf.load.options import resolution
from mario_perf.load.options.run_options import Options
from mario_perf.load.record import record_builder, run_folder
from mario_perf.load.record.record_builder import Crowd
from mario_perf.load.record.run_phases import LONGEST_REQUEST, Run
from mario_perf.load.users.measured_user import MeasuredUser
from mario_perf.load.users.user_group import Crew, targets
from mario_perf.load.users.user_pool import LocustPool
from mario_perf.load.webui import form
from mario_perf.load.workers.agent import Participant, journeys
from mario_perf.load.workers.channel import Line
from mario_perf.load.workers.worker_groups import Workers

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping
    from pathlib import Path

    from locust.env import Environment
    from locust.runners import Runner

    from mario_perf.load.record.run_phases import Crews
    from mario_perf.load.users.rapid_http_user import RapidHttpSession
    from mario_perf.load.users.user_group import Seat
    from mario_perf.run_record import Side

LOG: Final = logging.getLogger("mario_perf")
_USAGE_ERROR: Final = 2
_REACH_TIMEOUT: Final = 5.0  # seconds


class Recorder:
    """Of the process that writes the record: the only one, or the master. The web UI may start many runs."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self._environment = environment
        self._runner = runner
        self._line = Line(runner) if isinstance(runner, MasterRunner) else None
        self._run: Run | None = None
        self._crew: Crew | None = None
        self._users = 0
        self._began = 0.0
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

    def agree(self, fields: Mapping[str, str]) -> None:
        """Take what a form of the web UI asks for, before it begins a run. Amid one it changes users only.

        Raises:
            ValueError: It cannot be done.
        """
        if self._run is None:
            parsed = _parsed(self._environment)
            wanted = form.asked(fields, parsed)
            _agree(self._environment, wanted)
            if wanted.class_picker and isinstance(self._environment.shape_class, Levels):
                raise ValueError(
                    f"--shape {wanted.shape}: with --class-picker Locust plays only shapes of the locustfile"
                    "; leave out one of them"
                )
            vars(parsed).update(vars(wanted))

    def seat(self, clients: Mapping[Side, RapidHttpSession]) -> Seat:
        """A seat in the run for a new user.

        Raises:
            GreenletExit: There is no run to take part in.
        """
        if self._crew is None:
            raise GreenletExit
        return self._crew.seat(clients, frozenset(_parsed(self._environment).exclude_tags or ()))

    def _begin(self, **_: Any) -> None:  # noqa: ANN401 - Locust's events
        self._run = self._crew = None
        self._began = monotonic()
        parsed = _parsed(self._environment)
        if not self._environment.host:
            LOG.error("no service to load: give --host URL")
            return
        try:
            resolution.resolve(parsed)
            asked = Options.from_parsed(parsed)
            place = run_folder.create(asked.runs_dir, asked.run_id)
        except ValueError as error:
            self._give_up(str(error))
            return
        except OSError as error:
            self._give_up(f"{asked.runs_dir}: no run can be kept there ({error.strerror}); see --runs-dir")
            return
        host = self._environment.host
        self._run = Run(asked, targets(asked, host), self._crews(asked, host), place, self._finish)
        self._run.begin()
        self._ended = False
        self._users = 0
        LOG.info("Run %s begins", place.name)

    def _crews(self, asked: Options, host: str) -> Crews:
        deal = partial(journeys, self._environment, asked)
        if self._line is not None and isinstance(self._runner, MasterRunner):
            return Workers(self._runner, self._line, deal, self._finish)
        plan = Plan(self._finish) if deal() else None
        self._crew = Crew(asked, host, plan=plan, pool=LocustPool(self._runner))
        self._crew.deal(deal())
        return self._crew

    def _all_users_there(self, user_count: int, **_: Any) -> None:  # noqa: ANN401
        if self._run is None:
            return
        if self._users and self._environment.shape_class is None and user_count != self._users:
            self._run.warn("the number of users was changed during the run")
        self._users = max(self._users, user_count)
        run_time = _parsed(self._environment).run_time
        end = self._began + run_time if run_time else None
        asked = self._run.options
        missed = asked.rate is not None or journeys(
            self._environment, asked
        )  # by what is due, were they not ready
        self._run.all_users_there(user_count if missed else 0, self._patience, end)

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
            run_folder.write(run.folder, record_builder.record(run, self._crowd(run.options)))
        except OSError as error:
            self._environment.process_exit_code = 1
            LOG.error("%s: the run could not be recorded (%s)", run.folder, error.strerror)  # noqa: TRY400
            return
        LOG.info("Run %s is recorded in %s", run.folder.name, run.folder / "run.json")
        parsed = _parsed(self._environment)
        if parsed.exit_code_on_error == 1 and not self._runner.exceptions:
            # Failed requests are the analysis' to judge, unless the user asked Locust to.
            self._environment.process_exit_code = 0

    def _finish(self) -> None:
        """All journeys that were planned have been made, or have arrived."""
        gevent.spawn(self._runner.stop if self._environment.web_ui else self._runner.quit)

    def _quit(self, **_: Any) -> None:  # noqa: ANN401
        """Ctrl-C comes here while users still run. The record must be there before the exit code is known."""
        if self._run is not None:
            self._runner.stop()

    def _give_up(self, message: str) -> None:
        LOG.error(message)
        self._environment.process_exit_code = _USAGE_ERROR
        if not self._environment.web_ui:
            gevent.spawn(self._runner.quit)

    def _crowd(self, asked: Options) -> Crowd:
        return Crowd(
            users=self._users or self._runner.user_count,
            spawn_rate=float(_parsed(self._environment).spawn_rate or 1),
            planned=len(journeys(self._environment, asked)),
            distributed=self._line is not None,
        )

    @property
    def _patience(self) -> float:
        return float(self._environment.stop_timeout or LONGEST_REQUEST)


def register(environment: Environment, runner: Runner | None, **_: Any) -> None:  # noqa: ANN401
    """Listener for Locust's ``init``: record what users do, in this process or in its workers.

    Exits with code 2 when the options are wrong or the service cannot be reached, unless somebody may still
    change them in the UI.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    inspect.stack()  # Locust calls it when a window ends. The first call reads all modules: 60 ms.
    if isinstance(runner, WorkerRunner):
        MeasuredUser.recorder.set(Participant(environment, runner))
        return
    if runner is None:
        return
    _expect_options(environment)
    if environment.web_ui is None:
        _expect_service(environment)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        gevent.signal_handler(signal.SIGINT, _interrupt)
    MeasuredUser.recorder.set(Recorder(environment, runner))


def _interrupt() -> None:
    """Interrupt the main greenlet. Python's own handler would strike whichever user happens to run."""
    gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())


def _expect_options(environment: Environment) -> None:
    try:
        _agree(environment, _parsed(environment))
    except ValueError as error:
        sys.exit(_complain(str(error)))


def _agree(environment: Environment, wanted: Namespace) -> None:
    """Settle the options, and have Locust play the shape of a closed model.

    Raises:
        ValueError: They are wrong.
    """
    resolution.resolve(wanted)
    asked = Options.from_parsed(wanted)
    for user in environment.user_classes:
        known = user.scenarios if issubclass(user, MeasuredUser) else ()
        if known and asked.scenario not in known:
            raise ValueError(
                f"--scenario {asked.scenario}: no such scenario; choose one of {', '.join(known)}"
            )
    if isinstance(environment.shape_class, Levels):
        environment.shape_class = None  # that of the run before
    if asked.rate is None and asked.shape.name != "steady":
        shape = asked.shape.stretched(wanted.run_time) if wanted.run_time else asked.shape
        environment.shape_class = Levels(shape, _parsed(environment))


def _expect_service(environment: Environment) -> None:
    if not environment.host:
        sys.exit(_complain("no service to load: give --host URL"))
    asked = Options.from_parsed(_parsed(environment))
    for target in targets(asked, environment.host):
        try:
            httpx.URL(target.url).host.encode("idna")  # gevent's resolver prints what it cannot encode
            httpx.get(target.url, timeout=_REACH_TIMEOUT, trust_env=False, verify=asked.tls())
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            sys.exit(_complain(f"{target.url} cannot be reached ({error}); {_remedy(error)}"))


def _remedy(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "give --ca FILE with who signed its certificate, or --insecure"
    return "start the service, or give its URL"


def _complain(message: str) -> int:
    LOG.error(without_credentials(message))
    return _USAGE_ERROR


def _parsed(environment: Environment) -> Any:  # noqa: ANN401 - argparse's namespace
    return environment.parsed_options
