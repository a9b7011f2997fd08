"""``mario-perf compare``, also known as ``python -m analysis.compare``."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mario_perf import ci_environment, message_lines, runs, subject
from mario_perf.baselines import stored_baselines
from mario_perf.cli import exit_codes
from mario_perf.cli.baseline_option import baseline_option
from mario_perf.cli.exit_codes import VERDICT_EXIT_CODES
from mario_perf.cli.invocation import Invocation, pass_invocation
from mario_perf.cli.output_options import output_options
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.prometheus_options import PrometheusOptions, prometheus_options
from mario_perf.configuration import policy_file
from mario_perf.errors import UnreadableRunError
from mario_perf.history import additions
from mario_perf.history.imports.recorded_batch import UNKNOWN, recorded_batch
from mario_perf.judgement import level_combination, next_steps
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.part_combination import combine
from mario_perf.ledger import machine_levels
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.model import Outcome
from mario_perf.reports import outputs, report_reading
from mario_perf.reports.formats import FORMATS
from mario_perf.sources.source import open_source
from mario_perf.validity.incidents import why_load_is_left_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.cli.exit_codes import ExitCode
    from mario_perf.configuration.policy import Policy
    from mario_perf.model import GateResult, Subject
    from mario_perf.reports.outputs import Output
    from mario_perf.run_record import RunRecord
    from mario_perf.sources.source import SourceOf

AGAIN_FOLDER = "compare"
"""Where the report of a gate goes that is judged again, in its folder: its own stays as it was."""

_DEFAULTS = "\n  ".join(policy_file.defaults().splitlines())


@dataclass(frozen=True, slots=True)
class CompareRequest:
    paths: tuple[Path, ...]
    baseline: str | None
    policy: Policy
    prometheus: PrometheusOptions
    formats: tuple[str, ...]
    outputs: tuple[Output, ...]
    command_line: tuple[str, ...]


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

{VERDICT_EXIT_CODES}

\b
Secrets come from the environment:
  PROMETHEUS_PASSWORD (with --prometheus-user) or PROMETHEUS_TOKEN

\b
The policy's defaults:
  {_DEFAULTS}"""
)
@click.argument("names", metavar="[RUN]...", nargs=-1)
@baseline_option(
    "Compare with stored runs. Default PATH: the baseline of this scenario and environment, in "
    f"{stored_baselines.ROOT}/."
)
@click.option(
    "--run",
    "more_names",
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
    names: tuple[str, ...],
    baseline: str | None,
    more_names: tuple[str, ...],
    policy: Path | None,
    formats: tuple[str, ...],
    outputs: tuple[Output, ...],
    prometheus: PrometheusOptions,
) -> ExitCode:
    """Judge recorded runs, against a stored baseline or, for a duet, each other.

    RUN is a gate or a load test: its folder, its id, or the beginning of one. Default: the latest run. All
    runs are judged together. The report of a gate that is judged again is in compare/ of its folder.
    """
    request = CompareRequest(
        tuple(runs.find(each) for each in (*names, *more_names)) or (runs.LATEST,),
        baseline,
        policy_file.load(policy),
        prometheus,
        formats,
        outputs,
        invocation.command_line,
    )
    return exit_codes.of_judgement(lambda: _compare(request), request.policy.inconclusive)


def _compare(request: CompareRequest) -> Outcome:
    source_of = open_source(request.policy, request.prometheus.connection)
    paths = [each for path in request.paths for each in runs.rounds(runs.folder_of(path))]
    judged = _judge(paths, request, source_of)
    folder = runs.folder_of(request.paths[-1]).resolve()
    is_gate = runs.rounds(folder) != [folder]
    builds = _subject(judged, folder, judged.runs[-1].run_id, is_gate=is_gate)
    result = next_steps.with_subject(replace(judged, command=request.command_line), builds)
    outputs.deliver(result, folder / AGAIN_FOLDER if is_gate else folder, request.formats, request.outputs)
    if not is_gate:
        _add_to_history(paths, judged, source_of)
    return result.outcome


def _add_to_history(paths: Sequence[Path], judged: GateResult, source_of: SourceOf) -> None:
    """Load tests of a known revision; a gate added itself when it was played."""
    valid = judged.outcome is not Outcome.INVALID
    batches = [recorded_batch(path, source_of) for path in paths if valid]
    named = [each for each in batches if all(level.revision != UNKNOWN for level in each.levels)]
    if problem := additions.add(named, paths[-1].resolve().parent):
        message_lines.say(problem, error=True)


def _judge(paths: Sequence[Path], request: CompareRequest, source_of: SourceOf) -> GateResult:
    """Each part by itself, as its gate did, and then together."""
    by_part: dict[bool, list[Path]] = {}
    for each in paths:
        by_part.setdefault(each.match(runs.UNDER_LOAD), []).append(each)
    marks = {path: finding for path in by_part.get(True, ()) if (finding := why_load_is_left_out(path))}
    played = [[path for path in each if path not in marks] for _, each in sorted(by_part.items())]
    judged = [_conclude(each, request, source_of, len(by_part)) for each in played if each]
    return combine(judged, [*marks.values()])


def _conclude(paths: Sequence[Path], request: CompareRequest, source_of: SourceOf, parts: int) -> GateResult:
    recorded = measure_recorded(paths, source_of)
    if len(level_combination.rates(recorded.runs)) > 1:
        capacity = _capacity(runs.folder_of(paths[0]).parent)
        return level_combination.judge_levels(recorded.runs, request.policy, recorded.incidents, capacity)
    record = recorded.runs[-1].record
    baseline = _baseline(request.baseline, record)
    runs_dir = runs.folder_of(request.paths[-1]).resolve().parent
    spread = machine_levels.known(request.policy, record.scenario, runs_dir)
    return conclude(recorded.runs, baseline, request.policy, recorded.incidents, 1 / parts, spread)


def _capacity(gate: Path) -> float | None:
    """What the baseline carries, where the gate looked for it."""
    folder = gate / runs.CAPACITY
    return runs.load(folder).record.rates.achieved if folder.is_dir() else None


def _subject(judged: GateResult, folder: Path, run_id: str, *, is_gate: bool) -> Subject:
    """What was compared; a gate's own report knows more of it than its rounds do."""
    if is_gate:
        with suppress(UnreadableRunError):
            return report_reading.read(folder / FORMATS["json"].file).subject
    return subject.of(judged, folder.name if is_gate else run_id, ci_environment.read(os.environ))


def _baseline(given: str | None, record: RunRecord) -> stored_baselines.Baseline | None:
    if given is None:
        return None
    path = Path(given) if given else stored_baselines.find(record.scenario, record.environment)
    return stored_baselines.load(path)
