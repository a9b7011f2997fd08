"""``mario-perf gate``."""

from __future__ import annotations

import click

from mario_perf.builds import origin
from mario_perf.cli import exit_codes
from mario_perf.cli.baseline_option import baseline_option
from mario_perf.cli.connection_options import connection_options
from mario_perf.cli.continue_option import continue_option, continued_options
from mario_perf.cli.demo_option import demo_option
from mario_perf.cli.exit_codes import VERDICT_EXIT_CODES, ExitCode
from mario_perf.cli.fault_flags import fault_flags, take_faults
from mario_perf.cli.invocation import Invocation, pass_invocation
from mario_perf.cli.levels_option import levels_option
from mario_perf.cli.matcher_option import split_by_side
from mario_perf.cli.output_options import output_options
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.prometheus_options import prometheus_match
from mario_perf.cli.runs_dir_option import runs_dir_option
from mario_perf.gate import gate_session
from mario_perf.gate.gate_request import GateRequest
from mario_perf.gate.load_plan import ROUND_WINDOW


@click.command(
    epilog=f"""\b
Examples:
  mario-perf gate                               against the main branch
  mario-perf gate --demo                        the built-in pizzeria
  mario-perf gate --against v1.2                against a revision
  mario-perf gate --slow PlaceOrderCommand=1.1  would it see 10 %?
  mario-perf gate --part alone                  one user only
  mario-perf gate --levels 25%,50%,75%,90%      from what load on?
  mario-perf gate --baseline                    against stored runs
  mario-perf gate --continue latest             more rounds for what is open
  mario-perf gate --format junit --output pr.md
  mario-perf gate --baseline-url http://127.0.0.1:8001 \\
      --candidate-url http://127.0.0.1:8002

{VERDICT_EXIT_CODES}"""
)
@demo_option
@click.option(
    "--against",
    metavar="REV",
    help="The baseline build. Default: the commit where this branch left the main branch. With --baseline: "
    "the build to measure and store if no runs are stored yet.",
)
@baseline_option(
    "Compare with stored runs instead of a second build. Default PATH: the runs of this environment."
)
@continue_option
@click.option("--baseline-url", metavar="URL", help="A running service: the baseline.")
@click.option("--candidate-url", metavar="URL", help="A running service: the candidate.")
@click.option(
    "--restart",
    metavar="COMMAND",
    help="Restarts both running services; run before each round, so that smaller changes show.",
)
@click.option(
    "--users",
    type=click.IntRange(1),
    help="Concurrent users. Default: the policy's value, or 1; with --baseline 20, if they pause as their "
    "classes say.",
)
@click.option(
    "--duration",
    type=click.FloatRange(5),
    metavar="SECONDS",
    help="Measured time, with --baseline. Default: the policy's value, or 60.",
)
@click.option(
    "--max-duration",
    type=click.FloatRange(10),
    default=180.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest time of a duet.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    help="Most rounds of a duet. Default: as many as fit into --max-duration.",
)
@click.option(
    "--part",
    type=click.Choice(["alone", "load", "both"]),
    help="What is played: alone is one user at both builds at once; load is many users at one build at a "
    "time, in turns. Both share one promise. Default: both; alone with --rounds, with less than two minutes, "
    "with --baseline, or with running services.",
)
@levels_option
@click.option(
    "--until-decided/--whole-duration",
    default=True,
    help="End a duet as soon as the outcome is known (the default), or use the whole time.",
)
@click.option(
    "--round-duration",
    type=click.FloatRange(2),
    default=ROUND_WINDOW,
    show_default=True,
    metavar="SECONDS",
    help="Measured time of one round.",
)
@click.option("--seed", type=int, help="Seed of all random choices. Default: the policy's value, or 1.")
@click.option(
    "--tags",
    multiple=True,
    metavar="TAG",
    help="Play only tasks with this tag, as Locust does. Repeatable. Default: the policy's value.",
)
@click.option(
    "--exclude-tags",
    multiple=True,
    metavar="TAG",
    help="Leave out tasks and steps with this tag. Repeatable. Default: the policy's value.",
)
@fault_flags
@click.option(
    "--prometheus",
    metavar="URL|auto",
    help="Read the metrics from the Prometheus that scrapes the services. auto starts one for this gate.",
)
@prometheus_match
@click.option(
    "--otlp-port",
    type=click.IntRange(1, 65_535),
    metavar="PORT",
    help='With metrics = "otlp" and running services: they push to http://127.0.0.1:PORT/baseline and '
    "/candidate. Default: 4318.",
)
@click.option(
    "--reference",
    metavar="auto|URL|off",
    default="auto",
    show_default=True,
    help="With --baseline: the service beside the runs that never changes. What it moves by is the machine's "
    "doing, and is taken out.",
)
@connection_options
@policy_option
@click.option(
    "--same-environment",
    is_flag=True,
    help="Run both builds with the same packages even if they name different dependencies.",
)
@runs_dir_option("Each gate makes one in it; the link latest points to it.")
@output_options
@pass_invocation
def gate(invocation: Invocation, /, **options: object) -> ExitCode:
    """Is the working tree slower than the code it came from?

    Starts both builds side by side, sends both the same requests at the same time, and compares each command
    and query; then compares them under load. Ends as soon as the outcome is known.
    """
    request = _request(continued_options(click.get_current_context(), options))
    policy = origin.load_policy(request.policy, demo=request.demo)
    return exit_codes.of_judgement(
        lambda: gate_session.run(request, policy, invocation.start), policy.inconclusive
    )


def usual_request(*arguments: str) -> GateRequest:
    """What the command asks for with these arguments."""
    return _request(dict(gate.make_context("mario-perf gate", list(arguments)).params))


def _request(options: dict[str, object]) -> GateRequest:
    matchers, replicas = split_by_side(options.pop("prometheus_match"))  # type: ignore[arg-type]
    injected = take_faults(options)
    return GateRequest(**options, injected=injected, matchers=matchers, replicas=replicas)  # type: ignore[arg-type]
