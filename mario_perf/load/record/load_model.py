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
    _check_users(environment, options)
    _pace(environment, parsed)
    _check_hosts(options, environment.host)
    if isinstance(environment.shape_class, UserCountShape):
        environment.shape_class = None  # from the run before
    if options.rate is None and options.shape.name != "steady":
        shape = options.shape.stretched(parsed.run_time) if parsed.run_time else options.shape
        assert environment.parsed_options is not None  # noqa: S101 - Locust has parsed them
        environment.shape_class = UserCountShape(shape, environment.parsed_options)


def has_measured_users(environment: Environment) -> bool:
    """Whether any class of users pauses and is recorded as the options say."""
    return any(issubclass(user, MeasuredUser) for user in environment.user_classes)


def _pace(environment: Environment, parsed: Namespace) -> None:
    """Have as many users as users need that make pauses of their own."""
    if parsed.self_paced_users and not has_measured_users(environment):
        parsed.num_users = parsed.spawn_rate = parsed.self_paced_users


def _check_hosts(options: Options, host: str | None) -> None:
    allowed_hosts.allow(options.allowed_hosts)
    urls = [target.url for target in targets(options, host)] if host else []
    for url in (*urls, *([options.reference] if options.reference else ())):
        with suppress(httpx.InvalidURL):  # told where the service is looked for
            allowed_hosts.check(httpx.URL(url).host, options.allowed_hosts)


def _check_users(environment: Environment, options: Options) -> None:
    """Pairs and arrivals are played by measured users alone."""
    users = environment.user_classes
    if has_measured_users(environment):
        return
    names = " and ".join(sorted(user.__name__ for user in users))
    if options.duet:
        raise ValueError(
            f"a duet sends each step to both builds in pairs: only a MeasuredUser can, not {names}; derive "
            "users from mario_perf.MeasuredUser and send requests by self.session.step, or play one build at "
            "a time with mario-perf gate --baseline"
        )
    if options.rate:
        raise ValueError(f"--rate: only a MeasuredUser waits for arrivals, not {names}; give --users instead")


def _check_scenario(environment: Environment, scenario: str) -> None:
    try:
        path_component(scenario)
    except ValueError as error:
        raise ValueError(f"--scenario: {error}") from error
    for user in environment.user_classes:
        known = user.scenarios if issubclass(user, MeasuredUser) else ()
        if known and scenario not in known:
            raise ValueError(f"--scenario {scenario}: no such scenario; choose one of {', '.join(known)}")
