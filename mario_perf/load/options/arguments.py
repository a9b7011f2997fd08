"""The load's arguments on Locust's command line, and some of them in Locust's web form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mario_perf.load import exit_code
from mario_perf.load.arrivals.arrival_schedule import GAPS
from mario_perf.load.options.argument_types import (
    arrival_rate,
    checked,
    non_negative,
    positive,
    positive_integer,
    reference,
    run_id,
    think_time,
)

if TYPE_CHECKING:
    from argparse import Action, ArgumentParser
    from argparse import _ArgumentGroup as Group

IN_WEB_FORM: Final = ("scenario", "rate", "max_users", "arrivals", "shape")
"""What Locust's web form asks for, besides its own fields."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the load's options to Locust's parser."""
    beside = (_add_duet, _add_reference)
    for add_group in (_add_load, _add_model, _add_tls, _add_hosts, *beside, _add_window, _add_record):
        add_group(parser)
    parser.set_defaults(exit_code_on_error=exit_code.DEFAULT)
    for action in parser._actions:  # noqa: SLF001 - argparse has no public list
        if action.dest in IN_WEB_FORM:
            _show_in_web_form(action)


def _show_in_web_form(action: Action) -> None:
    """Mark it as Locust's parser marks its own. Locust leaves arguments in groups unmarked."""
    vars(action)["include_in_web_ui"] = True


def _add_load(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("Load")
    group.add_argument(
        "--scenario",
        metavar="NAME",
        help="Journeys to run; only runs of the same scenario are compared. Mario's scenarios: mario (all "
        "operations about equally often), read-heavy, write-heavy, rush-hour, and reference (a fixed number "
        "of requests). Default: the locustfile's name.",
    )
    group.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="Seed of all random streams: with the same seed, each user sends the same requests. Default: 1.",
    )
    group.add_argument(
        "--think",
        type=checked(think_time),
        default="0.05:0.2",
        metavar="LOW:HIGH",
        help="Think time between a user's requests, in seconds, drawn uniformly. With the default, 20 users "
        "send about 150 requests a second. Default: 0.05:0.2.",
    )
    group.add_argument(
        "--self-paced-users",
        type=checked(positive_integer),
        metavar="N",
        help="Users instead of --users, if all pause as their classes say, not as --think does. Gates give "
        "it, as their users send back to back.",
    )
    group.add_argument(
        "--request-timeout",
        type=checked(positive),
        metavar="SECONDS",
        help="Longest wait for a response. Default: the locustfile's value, or 60.",
    )


def _add_model(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "Workload model",
        "Closed (the default): each user starts its next journey when the last one has ended, so a slow "
        "service gets less load. Open (with --rate): journeys arrive at a rate of their own, however slow "
        "the service is.",
    )
    _add_arrivals(group)
    group.add_argument(
        "--shape",
        default="steady",
        metavar="NAME",
        help="Load over time: smoke, steady, ramp, spike, soak, stress or breakpoint. --run-time stretches "
        "the shape. Default: steady.",
    )
    group.add_argument(
        "--shapes",
        metavar="FILE",
        help="TOML file with your own shapes: name = [{ seconds = 60, start = 0.1, end = 1 }, ...]. Levels "
        "are multiples of --rate or --users.",
    )


def _add_arrivals(group: Group) -> None:
    group.add_argument(
        "--rate",
        type=checked(arrival_rate),
        metavar="JOURNEYS",
        help="Arrival rate: journeys a second at level 1 of the shape. --users is the initial user pool "
        "(default: 1 second's worth of arrivals, at least 10). More users start when all are busy.",
    )
    group.add_argument(
        "--max-users",
        type=checked(positive_integer),
        metavar="N",
        help="Maximum user pool, with --rate. When all users are busy, an arriving journey is dropped and "
        "counted. Default: 5 seconds' worth of arrivals, at least 10.",
    )
    group.add_argument(
        "--arrivals",
        choices=tuple(GAPS),
        default="poisson",
        help="Gaps between arrivals: random (poisson, the default) or even (constant).",
    )


def _add_tls(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("TLS options").add_mutually_exclusive_group()
    group.add_argument(
        "--insecure",
        action="store_true",
        help="Accept any TLS certificate of the service, even a self-signed one.",
    )
    group.add_argument(
        "--ca",
        metavar="FILE",
        help="Trust only certificates signed by one in this PEM file. Workers need no copy of the file.",
    )


def _add_hosts(parser: ArgumentParser) -> None:
    parser.add_argument_group("Hosts").add_argument(
        "--allow-host",
        metavar="HOST",
        action="append",
        help="Send load to this host, too. Without it load goes to this machine only. Repeatable.",
    )


def _add_duet(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "Duet options", "Two builds get the same load at the same time. --host is the candidate."
    )
    group.add_argument(
        "--duet",
        metavar="URL",
        help="Base URL of the baseline. Each step goes to both builds, one right after the other, in random "
        "order.",
    )
    group.add_argument(
        "--alternate",
        type=checked(positive),
        metavar="SECONDS",
        help="Ask one build at a time, in turns of this length: each user visits one of them. Both get the "
        "same arrivals. With --rate and --window.",
    )
    group.add_argument("--baseline-revision", metavar="REV", help="Revision of the baseline build.")
    group.add_argument(
        "--baseline-pid", type=checked(positive_integer), metavar="PID", help="Process of the baseline."
    )


def _add_reference(parser: ArgumentParser) -> None:
    parser.add_argument_group("Reference").add_argument(
        "--reference",
        type=checked(reference),
        default="auto",
        metavar="auto|URL|off",
        help="A small service that never changes, asked between journeys: what it moves by is the machine's "
        "doing. auto starts it if the service is on this machine and has no other beside it; elsewhere start "
        "mario-perf reference serve next to the service, and give its URL. Default: auto.",
    )
    parser.set_defaults(reference_url=None)


def _add_window(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("Measurement window")
    group.add_argument(
        "--warm-up",
        type=checked(non_negative),
        default=5.0,
        metavar="SECONDS",
        help="Load before the measurement window, once all users have started. It is part of --run-time. "
        "Default: 5.",
    )
    group.add_argument(
        "--window",
        type=checked(positive),
        metavar="SECONDS",
        help="Length of the measurement window, from when it opens; the run ends with it. --run-time still "
        "limits the whole run. Default: the rest of --run-time after --warm-up.",
    )
    group.add_argument(
        "--quiet",
        type=checked(non_negative),
        default=1.2,
        metavar="SECONDS",
        help="Pause without requests at both ends of the window, so that client and service count the same. "
        "Make it longer than the scrape interval of your Prometheus. Default: 1.2.",
    )


def _add_record(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("Run record options")
    group.add_argument(
        "--metrics-path",
        default="/metrics",
        metavar="PATH",
        help="Path of the service's metrics, or a whole URL; {side} in it is candidate or baseline. "
        "Without metrics there, the run goes on and keeps no scrapes. "
        'Give "" for a service without metrics. Default: /metrics.',
    )
    group.add_argument(
        "--scrape-interval",
        type=checked(positive),
        default=1.0,
        metavar="SECONDS",
        help="Time between two scrapes of the metrics. The run's folder keeps them. Default: 1.",
    )
    group.add_argument(
        "--revision", metavar="REV", help="Revision of the service; in a duet, of the candidate."
    )
    group.add_argument(
        "--pid",
        type=checked(positive_integer),
        metavar="PID",
        help="Process of the service on this machine; in a duet, of the candidate. Its CPU time, memory, "
        "open files and threads are kept with the metrics, where these lack them.",
    )
    group.add_argument(
        "--runs-dir",
        default="runs",
        metavar="DIR",
        help="Folder for all runs, one folder each. Default: runs.",
    )
    group.add_argument(
        "--run-id",
        type=checked(run_id),
        metavar="ID",
        help="Name of the run and its folder. Default: the time in UTC and a random suffix.",
    )
