"""Applies options to Locust's environment: the scenario, and the shape of a closed model."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from mario_perf import allowed_hosts
from mario_perf.load.arrivals.user_count import UserCountShape
from mario_perf.load.options import resolution
from mario_perf.load.options.run_options import Options
from mario_perf.load.users.measured_user import MeasuredUser
from mario_perf.load.users.user_group import targets
from mario_perf.run_record import path_component

if TYPE_CHECKING:
    from argparse import Namespace

    from locust.env import Environment


def apply(environment: Environment, parsed: Namespace) -> None:
    """Resolve the options, and let Locust play the shape of a closed model.

    Raises:
        ValueError: The options are wrong.
    """
    resolution.resolve(parsed)
    options = Options.from_parsed(parsed)
    _check_scenario(environment, options.scenario)
    _check_hosts(options, environment.host)
    if isinstance(environment.shape_class, UserCountShape):
        environment.shape_class = None  # from the run before
    if options.rate is None and options.shape.name != "steady":
        shape = options.shape.stretched(parsed.run_time) if parsed.run_time else options.shape
        assert environment.parsed_options is not None  # noqa: S101 - Locust has parsed them
        environment.shape_class = UserCountShape(shape, environment.parsed_options)


def _check_hosts(options: Options, host: str | None) -> None:
    allowed_hosts.allow(options.allowed_hosts)
    for target in targets(options, host) if host else ():
        with suppress(httpx.InvalidURL):  # told where the service is looked for
            allowed_hosts.check(httpx.URL(target.url).host, options.allowed_hosts)


def _check_scenario(environment: Environment, scenario: str) -> None:
    try:
        path_component(scenario)
    except ValueError as error:
        raise ValueError(f"--scenario: {error}") from error
    for user in environment.user_classes:
        known = user.scenarios if issubclass(user, MeasuredUser) else ()
        if known and scenario not in known:
            raise ValueError(f"--scenario {scenario}: no such scenario; choose one of {', '.join(known)}")
