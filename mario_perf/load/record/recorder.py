"""Follows Locust's events, and writes a record of each run."""

from __future__ import annotations

import logging
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import gevent
from gevent import GreenletExit
from gevent.lock import RLock
from locust.runners import MasterRunner

from mario_perf.load.arrivals.shared_iterations import SharedIterations
from mario_perf.load.arrivals.user_count import UserCountShape
from mario_perf.load.exit_code import process_exit_code
from mario_perf.load.options import resolution
from mario_perf.load.options.run_options import Options
from mario_perf.load.record import load_model, record_builder, run_folder
from mario_perf.load.record.record_builder import LoadProfile
from mario_perf.load.record.reference_process import ReferenceProcess, is_wanted
from mario_perf.load.record.run_phases import QUIESCE_TIMEOUT, RunInProgress
from mario_perf.load.record.user_counts import UserCounts
from mario_perf.load.users.request_events import RequestEvents
from mario_perf.load.users.user_group import UserGroup, targets
from mario_perf.load.users.user_pool import LocustUserPool
from mario_perf.load.webui import form
from mario_perf.load.workers import channel
from mario_perf.load.workers.agent import journeys
from mario_perf.load.workers.worker_groups import WorkerGroups

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from locust.env import Environment
    from locust.runners import Runner

    from mario_perf.load.record.run_phases import UserGroups
    from mario_perf.load.users.rapid_http_session import RapidHttpSession
    from mario_perf.load.users.user_state import UserState
    from mario_perf.run_record import Side

LOG: Final = logging.getLogger("mario_perf")
USAGE_ERROR: Final = 2


class Recorder:
    """Records the runs of the only process, or of the master. The web UI may start many runs."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self._environment = environment
        self._runner = runner
        self._channel = channel.of_master(runner) if isinstance(runner, MasterRunner) else None
        self._run: RunInProgress | None = None
        self._group: UserGroup | None = None
        self._events = RequestEvents(environment)
        self._reference = ReferenceProcess()
        self._users = 0
        self._user_counts = self._new_user_counts()
        self._began = 0.0
        self._ending = RLock()
        self._ended = False
        events = environment.events
        for event, listener in (
            (events.test_start, self._begin),
            (events.spawning_complete, self._on_spawning_complete),
            (events.test_stopping, self._end),
            (events.test_stop, self._write),
            (events.quitting, self._quit),
        ):
            event.add_listener(listener)  # type: ignore[no-untyped-call]

    @property
    def folder(self) -> Path | None:
        """The folder of the run in progress, or None."""
        return None if self._run is None else self._run.folder

    def apply_form(self, fields: Mapping[str, str]) -> None:
        """Check and apply a form of the web UI, before it starts a run. During a run it changes users only.

        Raises:
            ValueError: A field is wrong.
        """
        if self._run is not None:
            return
        parsed = form.parse(fields, self._parsed)
        load_model.apply(self._environment, parsed)
        if parsed.class_picker and isinstance(self._environment.shape_class, UserCountShape):
            raise ValueError(
                f"--shape {parsed.shape}: with --class-picker Locust plays only shapes of the locustfile"
                "; leave out one of them"
            )
        vars(self._parsed).update(vars(parsed))

    def new_user(self, clients: Mapping[Side, RapidHttpSession]) -> UserState:
        """The state of a new user.

        Raises:
            GreenletExit: No run is in progress.
        """
        if self._group is None:
            raise GreenletExit
        return self._group.new_user(clients, frozenset(self._parsed.exclude_tags or ()))

    def _begin(self, **_: Any) -> None:  # noqa: ANN401 - Locust's events
        self._run = self._group = None
        self._reference.stop()
        self._began = monotonic()
        host = self._environment.host
        if not host:
            LOG.error("no service to load: give --host URL")
            return
        try:
            resolution.resolve(self._parsed)
            self._start_reference(host)
            options = Options.from_parsed(self._parsed)
            folder = run_folder.create(options.runs_dir, options.run_id)
        except ValueError as error:
            self._give_up(str(error))
            return
        except OSError as error:
            self._give_up(f"{options.runs_dir}: cannot hold runs ({error.strerror}); see --runs-dir")
            return
        groups = self._make_groups(options, host)
        self._run = RunInProgress(options, targets(options, host), groups, folder, self._stop_runner)
        self._run.begin()
        self._user_counts = self._new_user_counts()
        self._user_counts.start()
        self._ended = False
        self._users = 0
        LOG.info("Run %s begins", folder.name)

    def _new_user_counts(self) -> UserCounts:
        return UserCounts(lambda: int(self._runner.user_count))

    def _start_reference(self, host: str) -> None:
        """Start the reference, where measured users can ask it and a service here is loaded alone."""
        if load_model.has_measured_users(self._environment) and is_wanted(self._parsed, host):
            self._parsed.reference_url = self._reference.start()

    def _make_groups(self, options: Options, host: str) -> UserGroups:
        """The groups of all workers, or the one of this process."""
        fixed_journeys = partial(journeys, self._environment, options)
        if self._channel is not None and isinstance(self._runner, MasterRunner):
            return WorkerGroups(self._runner, self._channel, fixed_journeys, self._stop_runner)
        iterations = SharedIterations(self._stop_runner) if fixed_journeys() else None
        pool = LocustUserPool(self._runner)
        self._group = UserGroup(options, host, iterations=iterations, pool=pool)
        self._group.assign_iterations(fixed_journeys())
        self._events.begin(self._group)
        return self._group

    def _on_spawning_complete(self, user_count: int, **_: Any) -> None:  # noqa: ANN401
        if self._run is None:
            return
        if self._users and self._environment.shape_class is None and user_count != self._users:
            self._run.warn("the number of users was changed during the run")
        self._users = max(self._users, user_count)
        run_time = self._parsed.run_time
        end = self._began + run_time if run_time else None
        options = self._run.options
        # Arrivals and fixed journeys are there from the start, so they need all users to be ready.
        needs_users = options.rate is not None or journeys(self._environment, options)
        self._run.start_phases(user_count if needs_users else 0, self._quiesce_timeout, end)

    def _end(self, **_: Any) -> None:  # noqa: ANN401
        """End the run, once: after its time, or when it is stopped. A second caller waits for the first."""
        with self._ending:
            if self._run is not None and not self._ended:
                self._user_counts.stop()
                self._run.end(self._quiesce_timeout)
                self._ended = True

    def _write(self, **_: Any) -> None:  # noqa: ANN401
        run, self._run = self._run, None
        self._events.end()
        self._reference.stop()
        if run is None:
            return
        try:
            run_folder.write(run.folder, record_builder.record(run, self._load_profile(run.options)))
        except OSError as error:
            self._environment.process_exit_code = 1
            LOG.error("%s: cannot write the run record (%s)", run.folder, error.strerror)  # noqa: TRY400
            return
        LOG.info("Run %s is recorded in %s", run.folder.name, run.folder / "run.json")

    def _stop_runner(self) -> None:
        """Stop Locust, as the run has had all its load."""
        gevent.spawn(self._runner.stop if self._environment.web_ui else self._runner.quit)

    def _quit(self, **_: Any) -> None:  # noqa: ANN401
        """Write the record before Locust takes its exit code. After Ctrl-C, users still run here."""
        if self._run is not None:
            self._runner.stop()
        self._environment.process_exit_code = process_exit_code(
            self._environment.process_exit_code,
            self._parsed.exit_code_on_error,
            errors=bool(self._runner.errors),
            exceptions=bool(self._runner.exceptions),
        )

    def _give_up(self, message: str) -> None:
        LOG.error(message)
        self._reference.stop()
        self._environment.process_exit_code = USAGE_ERROR
        if not self._environment.web_ui:
            gevent.spawn(self._runner.quit)

    def _load_profile(self, options: Options) -> LoadProfile:
        return LoadProfile(
            users=self._users or self._runner.user_count,
            spawn_rate=float(self._parsed.spawn_rate or 1),
            journeys=len(journeys(self._environment, options)),
            distributed=self._channel is not None,
            measured_users=load_model.has_measured_users(self._environment),
            tags=tuple(sorted(self._parsed.tags or ())),
            exclude_tags=tuple(sorted(self._parsed.exclude_tags or ())),
            users_over_time=self._user_counts.changes,
        )

    @property
    def _quiesce_timeout(self) -> float:
        return float(self._environment.stop_timeout or QUIESCE_TIMEOUT)

    @property
    def _parsed(self) -> Any:  # noqa: ANN401 - argparse's namespace
        return self._environment.parsed_options
