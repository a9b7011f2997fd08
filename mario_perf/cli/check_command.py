"""``mario-perf check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mario_perf.cli import diagnosis_table, exit_codes
from mario_perf.cli.exit_codes import DOCTOR_EXIT_CODES
from mario_perf.cli.matcher_option import match_option
from mario_perf.cli.policy_option import policy_option
from mario_perf.configuration import policy_file
from mario_perf.doctor.diagnosis import Rating
from mario_perf.doctor.examination import examine_policy
from mario_perf.sources.connection import Connection

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.cli.exit_codes import ExitCode


@click.command(
    epilog=f"""\b
Examples:
  mario-perf check http://127.0.0.1:8000/metrics
  mario-perf check http://127.0.0.1:9090 --match job=shop

{DOCTOR_EXIT_CODES}"""
)
@click.argument("url")
@match_option("Labels of the service's targets in Prometheus, such as job=shop.")
@policy_option
def check(url: str, *, matchers: tuple[tuple[str, str], ...], policy: Path | None) -> ExitCode:
    """Does perf.toml fit the service that runs?

    URL is its metrics page, or the Prometheus that scrapes it. Checks that each setting is known, that the
    metrics and labels are there, and that each operation that perf.toml names was executed. Loads nothing.
    """
    path = policy or policy_file.DEFAULT_PATH
    diagnoses = examine_policy(path, Connection(url, matchers=dict(matchers)))
    diagnosis_table.show(diagnoses)
    return exit_codes.of_examination(problems=any(each.level is Rating.PROBLEM for each in diagnoses))
