"""``mario-perf capacity``."""

from __future__ import annotations

from pathlib import Path

import click

from mario_perf.builds import origin
from mario_perf.capacity.capacity_change import FEW, KEPT, NOISE, RULED_OUT
from mario_perf.capacity.rate_search import LOWEST, Search
from mario_perf.cli import exit_codes
from mario_perf.cli.demo_option import demo_option
from mario_perf.cli.exit_codes import EXIT_CODES, ExitCode
from mario_perf.cli.tls_options import tls_options
from mario_perf.gate import capacity_session
from mario_perf.gate.capacity_session import CapacityWish

AS_STORED = ""
"""Of ``--baseline``: no path, the searches that are kept of this environment."""

USUAL = Search()
"""What is not asked for."""


@click.command(
    epilog=f"""\b
Examples:
  mario-perf capacity                               how much does the working tree take?
  mario-perf capacity --keep                        ... and add it to the baseline
  mario-perf capacity --searches 3 --baseline       search three times, and compare with what was kept
  mario-perf capacity --url http://127.0.0.1:8000   of a running service
  mario-perf capacity --scenario rush-hour --arrivals constant --probe 20

{EXIT_CODES}"""
)
@demo_option
@click.option("--url", metavar="URL", help="A running service, instead of starting the working tree's.")
@click.option(
    "--scenario", metavar="NAME", help="What is sent. Default: the policy's, or the locustfile's name."
)
@click.option(
    "--arrivals",
    type=click.Choice(["poisson", "constant"]),
    help="At random moments, or with even gaps. Default: the policy's, or poisson.",
)
@click.option(
    "--start",
    type=click.FloatRange(LOWEST),
    default=USUAL.start,
    show_default=True,
    metavar="RATE",
    help="The first rate that is tried, journeys a second.",
)
@click.option(
    "--resolution",
    type=click.FloatRange(0.01, 1),
    default=USUAL.resolution,
    show_default=True,
    metavar="RATIO",
    help="How near the lowest rate that failed must be to the highest that held.",
)
@click.option(
    "--confirmations",
    type=click.IntRange(0),
    default=USUAL.confirmations,
    show_default=True,
    help="Further probes in which the highest rate must hold.",
)
@click.option(
    "--most-probes",
    type=click.IntRange(1),
    default=USUAL.most_probes,
    show_default=True,
    help="The search is given up after so many.",
)
@click.option(
    "--probe",
    "window",
    type=click.FloatRange(1),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Measured time of a probe; more where too few journeys would arrive.",
)
@click.option(
    "--users",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Most journeys under way at a time; one that arrives when all are is dropped.",
)
@click.option(
    "--searches",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Search so many times. How far searches of one service lie apart is what a change is told from.",
)
@click.option(
    "--keep",
    is_flag=True,
    help=f"Add what is found to the baseline of this environment; the newest {KEPT} searches stay.",
)
@click.option(
    "--baseline",
    is_flag=False,
    flag_value=AS_STORED,
    metavar="[PATH]",
    help="Compare with searches that were kept; without PATH those of this environment. One against one "
    f"tells nothing: have {FEW} of each, the kept ones of different days.",
)
@click.option(
    "--noise",
    type=click.FloatRange(0, 1, max_open=True),
    default=NOISE,
    show_default=True,
    metavar="RATIO",
    help=f"With --baseline: the relative change that is worth acting on. A pass rules out {RULED_OUT}, or "
    "this where it is more.",
)
@tls_options
@click.option("--policy", type=click.Path(path_type=Path), help="Default: perf.toml, if there is one.")
@click.option(
    "--runs-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder for runs; the search makes one in it, with a capacity.json.",
)
def capacity(**options: object) -> ExitCode:
    """How many journeys a second does the service take while it keeps its limits?

    Starts the service anew for every probe and sends it journeys that do not wait for its answers. Doubles
    the rate until the policy's [limits] break, bisects, and confirms what it found: the highest rate at which
    every operation keeps its limits and no journey is dropped. Takes some minutes.
    """
    wish = CapacityWish(**options)  # type: ignore[arg-type]
    policy = origin.policy(wish.policy, demo=wish.demo)
    return exit_codes.of_judgement(lambda: capacity_session.run(wish, policy), policy.inconclusive)
