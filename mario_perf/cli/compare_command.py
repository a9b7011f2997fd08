"""``mario-perf compare``, also known as ``python -m analysis.compare``."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mario_perf import ci_environment, runs, subject
from mario_perf.baselines import stored_baselines
from mario_perf.cli import exit_codes
from mario_perf.cli.exit_codes import EXIT_CODES
from mario_perf.cli.invocation import Invocation, pass_invocation
from mario_perf.cli.output_options import output_options
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.prometheus_options import Prometheus, prometheus_options
from mario_perf.configuration import policy_file
from mario_perf.errors import UnreadableRunError
from mario_perf.judgement.judge import conclude
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.reports import outputs, report_reading
from mario_perf.reports.formats import FORMATS
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from mario_perf.cli.exit_codes import ExitCode
    from mario_perf.configuration.policy import Policy
    from mario_perf.model import GateResult, Outcome, Subject
    from mario_perf.reports.outputs import Output
    from mario_perf.run_record import RunRecord

OF_SCENARIO = ""
"""Of ``--baseline``: no path, the runs that are kept of this scenario and environment."""

AGAIN = "compare"
"""Where the report of a gate goes that is judged again, in its folder: its own stays as it was."""

_DEFAULTS = "\n  ".join(policy_file.defaults().splitlines())


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was asked for."""

    paths: tuple[Path, ...]
    baseline: str | None
    policy: Policy
    prometheus: Prometheus
    formats: tuple[str, ...]
    outputs: tuple[Output, ...]
    typed: tuple[str, ...]


@click.command(
    epilog=f"""\b
Examples:
  mario-perf compare --baseline                 the latest run
  mario-perf compare 20261123T160612Z-5e1d      a gate, judged again
  mario-perf compare RUN RUN --policy new.toml  several, together
  mario-perf compare --baseline --format markdown
  mario-perf compare --baseline --prometheus http://127.0.0.1:9090 \\
      --prometheus-match job=shop
  python -m analysis.compare --baseline         the same command

{EXIT_CODES}

\b
Secrets come from the environment:
  PROMETHEUS_PASSWORD (with --prometheus-user) or PROMETHEUS_TOKEN

\b
The policy's defaults:
  {_DEFAULTS}"""
)
@click.argument("named", metavar="[RUN]...", nargs=-1)
@click.option(
    "--baseline",
    is_flag=False,
    flag_value=OF_SCENARIO,
    metavar="[PATH]",
    help="Compare with stored runs. Default PATH: the baseline of this scenario and environment, in "
    f"{stored_baselines.ROOT}/.",
)
@click.option(
    "--run",
    "paths",
    multiple=True,
    metavar="RUN",
    help="The same as RUN without the option. Repeatable.",
)
@policy_option
@output_options
@prometheus_options
@pass_invocation
def compare(  # noqa: PLR0913 - an argument an option
    invocation: Invocation,
    /,
    *,
    named: tuple[str, ...],
    baseline: str | None,
    paths: tuple[str, ...],
    policy: Path | None,
    formats: tuple[str, ...],
    outputs: tuple[Output, ...],
    prometheus: Prometheus,
) -> ExitCode:
    """Judge recorded runs, against a stored baseline or, for a duet, each other.

    RUN is a gate or a load test: its folder, its id, or the beginning of one. Default: the latest run. All
    runs are judged together. The report of a gate that is judged again is in compare/ of its folder.
    """
    asked = Comparison(
        tuple(runs.find(each) for each in (*named, *paths)) or (runs.LATEST,),
        baseline,
        policy_file.load(policy),
        prometheus,
        formats,
        outputs,
        invocation.typed,
    )
    return exit_codes.of_judgement(lambda: _compared(asked), asked.policy.inconclusive)


def _compared(asked: Comparison) -> Outcome:
    source_of = open_source(asked.policy.metrics, asked.prometheus.connection)
    played = [each for path in asked.paths for each in runs.rounds(runs.folder_of(path))]
    found = measure_recorded(played, source_of)
    last = found.runs[-1].record
    told = conclude(found.runs, _baseline(asked.baseline, last), asked.policy, incidents=found.incidents)
    folder = runs.folder_of(asked.paths[-1]).resolve()
    again = runs.rounds(folder) != [folder]
    about = _subject(told, folder, last.run_id, again=again)
    result = replace(told, command=asked.typed, subject=about)
    outputs.deliver(result, folder / AGAIN if again else folder, asked.formats, asked.outputs)
    return result.outcome


def _subject(told: GateResult, folder: Path, run_id: str, *, again: bool) -> Subject:
    """What was compared; a gate's own report knows more of it than its rounds do."""
    if again:
        with suppress(UnreadableRunError):
            return report_reading.read(folder / FORMATS["json"].file).subject
    return subject.of(told, folder.name if again else run_id, ci_environment.read(os.environ))


def _baseline(wanted: str | None, record: RunRecord) -> stored_baselines.Baseline | None:
    if wanted is None:
        return None
    path = Path(wanted) if wanted else stored_baselines.find(record.scenario, record.environment)
    return stored_baselines.load(path)
