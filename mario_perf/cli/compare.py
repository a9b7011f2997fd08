"""The front door: ``python -m analysis.compare --baseline`` judges the latest run, exits by the verdict."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf import ci_environment, runs, subject
from mario_perf.baselines import stored_baselines
from mario_perf.cli.output_options import FORMAT_HELP, OUTPUT_HELP
from mario_perf.configuration import policy_file
from mario_perf.errors import UserError
from mario_perf.judgement import verdict
from mario_perf.judgement.judge import conclude
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.reports import outputs, redaction
from mario_perf.reports.formats import FORMATS
from mario_perf.sources.connection import Connection
from mario_perf.sources.prometheus_source import PrometheusSource
from mario_perf.sources.scrapes import ScrapeSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.measurement.recorded_runs import SourceOf
    from mario_perf.run_record import RunRecord

_FOR_SCENARIO = "for this scenario and environment"
_EPILOG = """examples:
  python -m analysis.compare --baseline                      the latest run with the baseline of its scenario
  python -m analysis.compare --run runs/A --run runs/B       the rounds of a duet
  python -m analysis.compare --baseline --prometheus http://127.0.0.1:9090 --prometheus-match job=shop
  mario-perf compare --baseline --format markdown            the same command by its other name

exit codes: 0 pass, 1 unexpected error, 2 usage or unreadable input, 3 regressed,
4 inconclusive or invalid run (the policy may map it to 0 or 3), 130 interrupted

secrets are read from the environment: PROMETHEUS_PASSWORD for --prometheus-user, or PROMETHEUS_TOKEN

the policy's defaults:
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, report, and return the exit code."""
    try:
        given = sys.argv[1:] if arguments is None else arguments
        return _compare(_parser().parse_args(given), ("python", "-m", "analysis.compare", *given))
    except UserError as error:
        sys.stderr.write(f"compare: {redaction.text(str(error))}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 — the last resort: a line for the user, and where it was
        place = traceback.extract_tb(error.__traceback__)[-1]
        sys.stderr.write(
            f"compare: unexpected error, please report: {redaction.text(repr(error))} in {place.name}, "
            f"{place.filename}:{place.lineno}\n"
        )
        return 1


def _compare(options: argparse.Namespace, command: tuple[str, ...]) -> int:
    policy = policy_file.load(options.policy)
    paths = options.run or [runs.LATEST]
    with verdict.errors_mapped(policy.inconclusive):
        found = measure_recorded(paths, _source(options, policy))
        last = found.runs[-1].record
        baseline = _baseline(options.baseline, last)
        told = conclude(found.runs, baseline, policy, incidents=found.incidents)
    about = subject.of(told, last.run_id, ci_environment.read(os.environ))
    result = replace(told, command=command, subject=about)
    outputs.deliver(result, runs.folder_of(paths[-1]).resolve(), options.format, options.output)
    return verdict.exit_code(result.outcome, policy.inconclusive)


def _baseline(wanted: str | None, record: RunRecord) -> stored_baselines.Baseline | None:
    if wanted is None:
        return None
    if wanted != _FOR_SCENARIO:
        return stored_baselines.load(Path(wanted))
    return stored_baselines.load(stored_baselines.find(record.scenario, record.environment))


def _source(options: argparse.Namespace, policy: Policy) -> SourceOf:
    if options.prometheus is None:
        return lambda run: ScrapeSource(run.directory, policy.metrics)
    source = PrometheusSource(_connection(options), policy.metrics)
    return lambda _: source


def _connection(options: argparse.Namespace) -> Connection:
    user = options.prometheus_user
    return Connection(
        url=options.prometheus,
        headers=dict(options.prometheus_header),
        basic_auth=None if user is None else (user, os.environ.get("PROMETHEUS_PASSWORD", "")),
        bearer_token=os.environ.get("PROMETHEUS_TOKEN"),
        verify=not options.prometheus_insecure,
        ca=options.prometheus_ca,
        certificate=options.prometheus_cert,
        key=options.prometheus_key,
        timeout=options.prometheus_timeout,
        matchers=dict(options.prometheus_match),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.compare",
        description="Judge a run against a stored baseline, or, in a duet, against the one beside it.",
        epilog=_EPILOG + policy_file.defaults(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--baseline",
        nargs="?",
        const=_FOR_SCENARIO,
        metavar="PATH",
        help=f"a baseline file; without PATH the one in {stored_baselines.ROOT}/ {_FOR_SCENARIO}",
    )
    parser.add_argument(
        "--run",
        action="append",
        type=Path,
        metavar="PATH",
        help=f"the run's folder, several times for the rounds of a duet (default {runs.LATEST})",
    )
    parser.add_argument(
        "--policy", type=Path, metavar="PATH", help=f"(default {policy_file.DEFAULT_PATH}, if there is one)"
    )
    _add_outputs(parser.add_argument_group("outputs", "report.html and report.json are in the run's folder"))
    _add_prometheus(parser.add_argument_group("prometheus", "read the metrics from a server instead"))
    return parser


def _add_outputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--format",
        action="append",
        choices=list(FORMATS),
        default=[],
        help=FORMAT_HELP,
    )
    group.add_argument(
        "--output",
        action="append",
        type=outputs.Output.parse,
        metavar="[FORMAT=]PATH",
        default=[],
        help=OUTPUT_HELP,
    )


def _add_prometheus(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--prometheus", metavar="URL", help="base URL of the server")
    group.add_argument("--prometheus-user", metavar="NAME")
    group.add_argument("--prometheus-header", metavar="NAME=VALUE", action="append", type=_pair, default=[])
    group.add_argument(
        "--prometheus-match",
        metavar="LABEL=VALUE",
        action="append",
        type=_pair,
        default=[],
        help="labels of the service's target (default instance=HOST:PORT of its URL)",
    )
    group.add_argument("--prometheus-timeout", metavar="SECONDS", type=float, default=Connection("").timeout)
    group.add_argument("--prometheus-ca", metavar="FILE", type=Path, help="the server's CA")
    group.add_argument("--prometheus-cert", metavar="FILE", type=Path, help="client certificate")
    group.add_argument("--prometheus-key", metavar="FILE", type=Path, help="client key, if apart")
    group.add_argument("--prometheus-insecure", action="store_true", help="do not verify the server")


def _pair(written: str) -> tuple[str, str]:
    name, found, value = written.partition("=")
    if not found:
        raise argparse.ArgumentTypeError(f"{written!r} is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
