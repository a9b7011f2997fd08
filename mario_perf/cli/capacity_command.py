"""``mario-perf capacity``."""

from __future__ import annotations

import click

from mario_perf.builds import origin
from mario_perf.capacity.capacity_change import EXCLUDED_DROP, MAX_SEARCHES, MIN_SEARCHES, NOISE
from mario_perf.capacity.rate_search import MIN_RATE, Search
from mario_perf.cli import exit_codes
from mario_perf.cli.baseline_option import baseline_option
from mario_perf.cli.connection_options import connection_options
from mario_perf.cli.demo_option import demo_option
from mario_perf.cli.exit_codes import VERDICT_EXIT_CODES, ExitCode
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.runs_dir_option import runs_dir_option
from mario_perf.gate import capacity_session
from mario_perf.gate.capacity_session import CapacityRequest

DEFAULTS = Search()
"""What is not asked for."""


@click.command(
    epilog=f"""\b
Examples:
  mario-perf capacity                              of the working tree
  mario-perf capacity --keep                       and store it
  mario-perf capacity --searches 3 --baseline      compare with what is stored
  mario-perf capacity --url http://127.0.0.1:8000  of a running service
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
    help="Gaps between journeys: random (poisson) or even (constant). Default: the policy's, or poisson.",
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
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Measured time of a probe. Low rates get more, until enough journeys arrive.",
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
    default=NOISE,
    show_default=True,
    metavar="RATIO",
    help="With --baseline: the smallest relative change worth acting on. A pass rules out a drop of "
    f"{EXCLUDED_DROP}, or of this value if it is larger.",
)
@connection_options
@policy_option
@runs_dir_option("The search makes one in it, with a capacity.json.")
def capacity(**options: object) -> ExitCode:
    """How many journeys a second does the service take within its limits?

    Each probe starts the service anew and sends journeys at a fixed rate. The search doubles the rate until a
    limit of the policy breaks, then bisects, then confirms. The result is the highest rate at which each
    operation keeps its limits and no journey is dropped. Takes some minutes.
    """
    request = CapacityRequest(**options)  # type: ignore[arg-type]
    policy = origin.load_policy(request.policy, demo=request.demo)
    return exit_codes.of_judgement(lambda: capacity_session.run(request, policy), policy.inconclusive)
