"""``mario-perf gate``."""

from __future__ import annotations

from pathlib import Path

import click

from mario_perf.builds import origin
from mario_perf.cli import exit_codes
from mario_perf.cli.demo_option import demo_option
from mario_perf.cli.exit_codes import EXIT_CODES, ExitCode
from mario_perf.cli.invocation import Invocation, pass_invocation
from mario_perf.cli.output_options import output_options
from mario_perf.cli.tls_options import tls_options
from mario_perf.gate import gate_session
from mario_perf.gate.gate_request import Wish

AS_STORED = ""
"""Of ``--baseline``: no path, the runs that are kept of this environment."""


@click.command(
    epilog=f"""\b
Examples:
  mario-perf gate                                   the working tree against the main branch
  mario-perf gate --demo                            the built-in pizzeria against itself
  mario-perf gate --against v1.2                    against a revision
  mario-perf gate --slow PlaceOrderCommand=1.1      does it see 10 %? (the candidate is slowed)
  mario-perf gate --baseline                        against runs that were kept
  mario-perf gate --baseline-url http://127.0.0.1:8001 --candidate-url http://127.0.0.1:8002
  mario-perf gate --format junit --output pr.md     with report.xml in the run's folder, and a pr.md

{EXIT_CODES}"""
)
@demo_option
@click.option(
    "--against",
    metavar="REV",
    help="Baseline build. Default: where this branch left the main branch. With --baseline: what is "
    "measured, and kept, where no runs are kept yet.",
)
@click.option(
    "--baseline",
    is_flag=False,
    flag_value=AS_STORED,
    metavar="[PATH]",
    help="Compare with stored runs instead of a build beside it; without PATH those of this environment.",
)
@click.option("--baseline-url", metavar="URL", help="Duet of running services: the baseline.")
@click.option("--candidate-url", metavar="URL", help="Duet of running services: the candidate.")
@click.option(
    "--users",
    type=click.IntRange(1),
    help="Concurrent users. Default: the policy's, or 1 in a duet, 20 else.",
)
@click.option(
    "--duration",
    type=click.FloatRange(5),
    metavar="SECONDS",
    help="With --baseline: measured time. Default 60.",
)
@click.option(
    "--max-duration",
    type=click.FloatRange(10),
    default=180.0,
    show_default=True,
    metavar="SECONDS",
    help="A duet ends after this time at the latest.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    help="A duet ends after so many rounds at the latest. Default: as many as there is time for.",
)
@click.option(
    "--until-decided/--whole-duration",
    default=True,
    help="End a duet as soon as the outcome is known (default), or use the whole time.",
)
@click.option(
    "--round-duration",
    type=click.FloatRange(2),
    default=3.7,
    show_default=True,
    metavar="SECONDS",
    help="Measured time of one round of a duet.",
)
@click.option("--seed", type=int, help="Start of all random choices. Default: the policy's, 1.")
@click.option(
    "--slow", multiple=True, metavar="OP=FACTOR", help="Candidate: the handler takes 1.2 times as long."
)
@click.option("--delay", multiple=True, metavar="OP=TIME", help="Candidate: the handler takes 5ms longer.")
@click.option("--fail", multiple=True, metavar="OP=RATIO", help="Candidate: 0.02 of all executions fail.")
@click.option(
    "--prometheus",
    metavar="URL|auto",
    help="Read the metrics from a Prometheus that scrapes the services; auto starts one for the gate.",
)
@tls_options
@click.option("--policy", type=click.Path(path_type=Path), help="Default: perf.toml, if there is one.")
@click.option(
    "--same-environment",
    is_flag=True,
    help="Run both builds with the same packages though they name other dependencies.",
)
@click.option(
    "--runs-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder for runs; each gate makes one in it, and points latest to it.",
)
@output_options
@pass_invocation
def gate(invocation: Invocation, /, **options: object) -> ExitCode:
    """Is the working tree slower than the code it came from?

    Starts both builds side by side, drives them with the same journeys at the same time, and compares every
    command and query. Ends as soon as it knows.
    """
    wish = Wish(**options)  # type: ignore[arg-type]
    policy = origin.policy(wish.policy, demo=wish.demo)
    return exit_codes.of_judgement(
        lambda: gate_session.run(wish, policy, invocation.began), policy.inconclusive
    )
