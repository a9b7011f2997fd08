"""``mario-perf doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mario_perf.builds import origin
from mario_perf.cli import diagnosis_table, exit_codes
from mario_perf.cli.demo_option import demo_option
from mario_perf.cli.exit_codes import DOCTOR_EXIT_CODES
from mario_perf.cli.matcher_option import match_option
from mario_perf.cli.policy_option import policy_option
from mario_perf.doctor.diagnosis import Rating
from mario_perf.doctor.examination import ROUNDS, examine, examine_url
from mario_perf.sources.connection import Connection

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.cli.exit_codes import ExitCode


@click.command(
    epilog=f"""\b
Examples:
  mario-perf doctor                                      perf.toml's service
  mario-perf doctor --quick                              without the noise
  mario-perf doctor --url http://127.0.0.1:8000/metrics  a running service
  mario-perf doctor --url http://127.0.0.1:9090 --match job=shop

{DOCTOR_EXIT_CODES}"""
)
@demo_option
@click.option(
    "--url",
    metavar="URL",
    help="Examine a running service: its metrics page, or the Prometheus that scrapes it.",
)
@match_option("Labels of the service's targets in Prometheus, such as job=shop.")
@click.option("--quick", is_flag=True, help="Do not measure the noise of this machine.")
@policy_option
def doctor(
    *, demo: bool, url: str | None, matchers: tuple[tuple[str, str], ...], quick: bool, policy: Path | None
) -> ExitCode:
    """Is everything ready for a gate: the service, its metrics, this machine?

    Starts the service of the working tree, plays a round of the locustfile and checks the metrics: are they
    complete, are the buckets narrow enough, does each step trigger what it names, and how many executions
    will a gate have? Then plays four short rounds of the build against itself. They show how
    noisy this machine is, and how long a gate must be to see a change of 10 %. Each problem comes with
    advice. Takes about half a minute.
    """
    if matchers and url is None:
        raise click.UsageError("--match needs --url")
    if demo and url is not None:
        raise click.UsageError("--demo and --url exclude each other; give one of them")
    loaded_policy = origin.load_policy(policy, demo=demo)
    if url is not None:
        diagnoses = examine_url(Connection(url, matchers=dict(matchers)), loaded_policy)
    else:
        diagnoses = examine(loaded_policy, policy, 0 if quick else ROUNDS, demo=demo)
    diagnosis_table.show(diagnoses)
    return exit_codes.of_examination(problems=any(each.level is Rating.PROBLEM for each in diagnoses))
