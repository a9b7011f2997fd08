"""``mario-perf capacity``."""

from __future__ import annotations

import click

from mario_perf.builds import origin
from mario_perf.builds.pizzeria_faults import FAULT_FLAGS
from mario_perf.capacity import ratio_search
from mario_perf.capacity.capacity_change import EXCLUDED_DROP, MAX_SEARCHES, MIN_SEARCHES, NOISE
from mario_perf.capacity.rate_search import MIN_RATE, Search
from mario_perf.cli import exit_codes
from mario_perf.cli.baseline_option import baseline_option
from mario_perf.cli.command_line import flag, written_options
from mario_perf.cli.connection_options import connection_options
from mario_perf.cli.demo_option import demo_option
from mario_perf.cli.exit_codes import VERDICT_EXIT_CODES, ExitCode
from mario_perf.cli.fault_flags import fault_flags, take_faults
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.runs_dir_option import runs_dir_option
from mario_perf.errors import UserError, listed
from mario_perf.gate import capacity_session, ratio_session
from mario_perf.gate.capacity_session import CapacityRequest
from mario_perf.gate.ratio_blocks import WINDOW
from mario_perf.gate.ratio_session import RatioRequest

DEFAULTS = Search()
"""What is not asked for."""

PROBE = 10.0
"""Seconds."""

OF_ONE_BUILD = (
    *("demo", "start", "resolution", "confirmations", "most_probes"),
    *("users", "searches", "keep", "baseline"),
)
"""Options of a search."""

OF_TWO_BUILDS = ("max_duration", "same_environment", *FAULT_FLAGS)
"""Options of a comparison of two builds."""


@click.command(
    epilog=f"""\b
Examples:
  mario-perf capacity                              of the working tree
  mario-perf capacity --keep                       and store it
  mario-perf capacity --searches 3 --baseline      compare with what is stored
  mario-perf capacity --url http://127.0.0.1:8000  of a running service
  mario-perf capacity --against v1.2               two builds, in turns
  mario-perf capacity --scenario rush-hour --arrivals constant --probe 20

{VERDICT_EXIT_CODES}"""
)
@demo_option
@click.option(
    "--url", metavar="URL", help="Load this running service instead of starting the working tree's."
)
@click.option(
    "--scenario",
    metavar="NAME",
    help="The journeys to send. Default: the policy's value, or the locustfile's name.",
)
@click.option(
    "--arrivals",
    type=click.Choice(["poisson", "constant"]),
    help="Gaps between journeys: random (poisson) or even (constant). Default: the policy's, or poisson; "
    "constant with two builds.",
)
@click.option(
    "--start",
    type=click.FloatRange(MIN_RATE),
    default=DEFAULTS.start,
    show_default=True,
    metavar="RATE",
    help="First rate to try, in journeys a second.",
)
@click.option(
    "--resolution",
    type=click.FloatRange(0.01, 1),
    default=DEFAULTS.resolution,
    show_default=True,
    metavar="RATIO",
    help="End the search when the lowest rate that failed is this near to the highest that held.",
)
@click.option(
    "--confirmations",
    type=click.IntRange(0),
    default=DEFAULTS.confirmations,
    show_default=True,
    help="Number of further probes that the highest rate must pass.",
)
@click.option(
    "--most-probes",
    type=click.IntRange(1),
    default=DEFAULTS.most_probes,
    show_default=True,
    help="Most probes of a search.",
)
@click.option(
    "--probe",
    "window",
    type=click.FloatRange(1),
    metavar="SECONDS",
    help="Measured time of a probe, or of a block of turns. Low rates get more, until enough journeys "
    f"arrive. Default: {PROBE:g}; {WINDOW:g} with two builds.",
)
@click.option(
    "--users",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Most journeys at the same time. One that finds all users busy is dropped.",
)
@click.option(
    "--searches",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of searches. A change must stand out from the differences between them.",
)
@click.option(
    "--keep",
    is_flag=True,
    help=f"Store the result for this environment. The newest {MAX_SEARCHES} searches stay.",
)
@baseline_option(
    "Compare with stored searches. Default PATH: those of this environment. A comparison needs at least "
    f"{MIN_SEARCHES} new searches and {MIN_SEARCHES} stored ones, best from different days."
)
@click.option(
    "--noise",
    type=click.FloatRange(0, 1, max_open=True),
    metavar="RATIO",
    help="The smallest relative change worth acting on. A pass rules out a larger drop. Default with "
    f"--baseline: {NOISE}, and a pass rules out {EXCLUDED_DROP}; with two builds: {ratio_search.NOISE}, "
    f"and a pass rules out {ratio_search.EXCLUDED_DROP}.",
)
@click.option(
    "--against",
    metavar="REV",
    help="Compare with the build of this revision: both take turns at one rate, until it is known whose "
    "capacity is lower.",
)
@click.option(
    "--baseline-url", metavar="URL", help="Compare the running service at --url with the one at this URL."
)
@click.option(
    "--max-duration",
    type=click.FloatRange(10),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="With two builds: the longest time.",
)
@click.option(
    "--same-environment",
    is_flag=True,
    help="Run both builds with the same packages even if they name different dependencies.",
)
@fault_flags
@connection_options
@policy_option
@runs_dir_option("The search makes one in it, with a capacity.json.")
@click.pass_context
def capacity(context: click.Context, /, **options: object) -> ExitCode:
    """How many journeys a second does the service take within its limits?

    Each probe starts the service anew and sends journeys at a fixed rate. The search doubles the rate until a
    limit of the policy breaks, then bisects, then confirms. The result is the highest rate at which each
    operation keeps its limits and no journey is dropped. Takes some minutes.

    With --against or --baseline-url, two builds are compared instead: is the candidate's capacity lower?
    """
    two_builds = options["against"] is not None or options["baseline_url"] is not None
    _refuse_unused(context, OF_ONE_BUILD if two_builds else OF_TWO_BUILDS, two_builds=two_builds)
    injected = take_faults(options)
    if two_builds:
        return _compare(options, injected)
    for name in ("against", "baseline_url", "max_duration", "same_environment"):
        del options[name]
    _set_defaults(options, window=PROBE, noise=NOISE)
    request = CapacityRequest(**options)  # type: ignore[arg-type]
    policy = origin.load_policy(request.policy, demo=request.demo)
    return exit_codes.of_judgement(lambda: capacity_session.run(request, policy), policy.inconclusive)


def _compare(options: dict[str, object], injected: tuple[tuple[str, str], ...]) -> ExitCode:
    """Two builds."""
    for name in OF_ONE_BUILD:
        del options[name]
    _set_defaults(options, window=WINDOW, noise=ratio_search.NOISE)
    request = RatioRequest(**options, injected=injected)  # type: ignore[arg-type]
    policy = origin.load_policy(request.policy, demo=False)
    return exit_codes.of_judgement(lambda: ratio_session.run(request, policy), policy.inconclusive)


def _set_defaults(options: dict[str, object], **defaults: float) -> None:
    options.update({name: value for name, value in defaults.items() if options[name] is None})


def _refuse_unused(context: click.Context, names: tuple[str, ...], *, two_builds: bool) -> None:
    """An option without effect would be taken for one that had it."""
    flags = [flag(name) for name in written_options(context, names)]
    if flags and two_builds:
        raise UserError(f"{listed(flags)}: only for the search of one build; leave it out")
    if flags:
        raise UserError(f"{listed(flags)}: only for two builds; give --against, or --url and --baseline-url")
