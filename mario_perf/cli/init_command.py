"""``mario-perf init``."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import click
import httpx

from mario_perf import bounded_read
from mario_perf.cli.exit_codes import WRITING
from mario_perf.cli.matcher_option import matching
from mario_perf.configuration import policy_file, policy_text
from mario_perf.configuration.discovery import refusal, remarks
from mario_perf.configuration.discovery.candidates import Candidate, Misfit, Ranking, examine, rank, without
from mario_perf.configuration.discovery.instrumentations import TITLES
from mario_perf.configuration.policy import Service
from mario_perf.configuration.service_metrics import SECONDS_PER
from mario_perf.errors import MetricNotFoundError, UserError, listed, nearest
from mario_perf.reports.characters import for_terminal
from mario_perf.sources.connection import Connection
from mario_perf.sources.histograms import look

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.configuration.discovery.evidence import Seen
    from mario_perf.configuration.service_metrics import Unit

_PORT = "{port}"
_READY = "/health"
_METRICS = "/metrics"
"""The usual paths of readiness and metrics."""

_SHOWN = 5
"""Most alternatives to show."""

_ANSWERING = 5.0
"""Seconds to wait for an answer from ``_READY``."""


@click.command(
    epilog=f"""\b
Examples:
  mario-perf init http://127.0.0.1:8000/metrics
  mario-perf init http://127.0.0.1:8000/metrics \\
      --start "python -m uvicorn shop:app --port {_PORT}"
  mario-perf init http://127.0.0.1:9090 --match job=shop --preset Micrometer
  mario-perf init http://127.0.0.1:8000/metrics \\
      --histogram shop_request_seconds --name-label page

{WRITING}"""
)
@click.argument("url")
@click.option(
    "--preset",
    "title",
    type=click.Choice(TITLES),
    metavar="NAME",
    help="Take the histogram of this instrumentation, such as Micrometer.",
)
@click.option("--histogram", metavar="NAME", help="Take this histogram. NAME is without _bucket.")
@click.option(
    "--name-label",
    "name_label",
    multiple=True,
    metavar="LABEL",
    help="With --histogram: the label that names the operation. Repeatable, such as for method and route.",
)
@click.option(
    "--unit",
    type=click.Choice(tuple(SECONDS_PER)),
    help="Unit of the histogram, if neither its name nor its bounds show it.",
)
@matching("Labels of the service's targets in Prometheus, such as job=shop.")
@click.option(
    "--start", metavar="COMMAND", help="Command that starts the service, with {port} in place of the port."
)
@click.option(
    "--ready",
    metavar="PATH",
    help=f"Path that answers once the service is ready. Default: {_READY} if it answers, or the metrics.",
)
@click.option(
    "--locustfile", metavar="PATH", help="Locustfile with the requests to send, relative to perf.toml."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="perf.toml",
    show_default=True,
    help="File to write.",
)
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
def init(  # noqa: PLR0913 - an argument an option
    url: str,
    *,
    title: str | None,
    histogram: str | None,
    name_label: tuple[str, ...],
    unit: Unit | None,
    matchers: tuple[tuple[str, str], ...],
    start: str | None,
    ready: str | None,
    locustfile: str | None,
    output: Path,
    force: bool,
) -> None:
    """Write a perf.toml for a service of your own.

    URL is the service's metrics page, or the Prometheus that scrapes it. Send the service a few requests
    first, so that its operations have a histogram. If several histograms fit, init asks. Without a terminal
    it takes the best one and says why.
    """
    if output.exists() and not force:
        raise UserError(f"{output} exists; give --force to overwrite it, or another --output")
    if title and histogram:
        raise click.UsageError("--preset and --histogram exclude each other; give one of them")
    if name_label and not histogram:
        raise click.UsageError("--name-label needs --histogram")
    command = _command(start)
    seen = look(Connection(url, matchers=dict(matchers)))
    if histogram:
        ranking = Ranking((_named(seen, histogram, name_label, unit, url),), ())
    else:
        ranking = _titled(rank(seen, unit), title, seen, url)
    metrics = (urlsplit(url).path or "/") if seen.on_page else _METRICS
    where = f"/{ready.removeprefix('/')}" if ready else _ready(url, seen, metrics)
    service = Service(command, ready=where, metrics=metrics)
    chosen = _without_own(_choice(ranking), seen, service)
    try:
        output.write_text(policy_text.text(chosen, service, locustfile), encoding="utf-8")
        schema = json.dumps(policy_file.schema(), indent=1) + "\n"
        output.with_name(policy_text.SCHEMA_FILE).write_text(schema, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{output}: cannot be written ({error.strerror}); give another --output") from error
    names = _operations(chosen, seen)
    click.echo(for_terminal(f"{output}: {_described(chosen)}; {listed(names)}"))
    click.echo(f"  {policy_text.SCHEMA_FILE} beside it lets editors check and complete it")
    for said in _explained(chosen, ranking, names):
        click.echo(for_terminal(f"  {said}"))


def _command(start: str | None) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(start or ""))
    except ValueError as error:
        raise click.UsageError(f"--start: {error}") from error
    if words and not any(_PORT in word for word in words):
        raise click.UsageError(f"--start: no {_PORT} in it; write {_PORT} where the port belongs")
    return words


def _ready(url: str, seen: Seen, metrics: str) -> str:
    """The usual path if it answers, else the metrics page."""
    there = urlsplit(url)
    return _READY if seen.on_page and _answers(urlunsplit((*there[:2], _READY, "", ""))) else metrics


def _answers(url: str) -> bool:
    try:
        return httpx.codes.is_success(bounded_read.status(url, _ANSWERING))
    except httpx.HTTPError:
        return False


def _titled(ranking: Ranking, title: str | None, seen: Seen, url: str) -> Ranking:
    fitting = tuple(each for each in ranking.candidates if title in {None, each.title})
    if not fitting:
        said = refusal.told(seen, ranking.misfits)
        if title is not None and ranking.candidates:
            there = listed(each.metrics.duration for each in ranking.candidates)
            said = f"no histogram of {title}; histograms there: {there}"
        raise MetricNotFoundError(f"{url}: {said}")
    found = Ranking(fitting, ranking.misfits)
    alike = [each for each in (fitting[0], *found.equal) if not each.metrics.name_label]
    if fitting[0] in alike and len(alike) > 1:
        raise MetricNotFoundError(f"{url}: {refusal.ambiguous(alike)}")
    return found


def _named(seen: Seen, name: str, name_label: tuple[str, ...], unit: Unit | None, url: str) -> Candidate:
    found = next((each for each in seen.histograms if each.name == name), None)
    if found is None:
        raise MetricNotFoundError(
            f"{url}: no histogram {name}; nearest: {nearest(name, (each.name for each in seen.histograms))}"
        )
    if absent := [label for label in name_label if label not in found.labels]:
        raise MetricNotFoundError(
            f"{url}: {name} has no label {listed(absent)}; it has {listed(sorted(found.labels))}"
        )
    examined = examine(found, seen.counters, unit=unit, names=name_label)
    if isinstance(examined, Misfit):
        raise MetricNotFoundError(
            f"{url}: {name}: {examined.why}; {examined.remedy}, or write [metrics] by hand"
        )
    return examined


def _choice(ranking: Ranking) -> Candidate:
    """The best; a person at a terminal is asked."""
    fitting = ranking.candidates
    if len(fitting) == 1 or not sys.stdin.isatty():
        return fitting[0]
    for number, candidate in enumerate(fitting, 1):
        click.echo(f"{number}  {_described(candidate)}")
    wanted: int = click.prompt("Which one", type=click.IntRange(1, len(fitting)), default=1)
    return fitting[wanted - 1]


def _described(candidate: Candidate) -> str:
    metrics = candidate.metrics
    by = f" by {' and '.join(metrics.name_label)}" if metrics.name_label else ", one operation"
    return f"{candidate.title}, {metrics.duration}{by}"


def _explained(chosen: Candidate, ranking: Ranking, names: Sequence[str]) -> Iterator[str]:
    """Give the reasons, the alternatives, and remarks on the operations."""
    yield f"chosen because {listed(chosen.reasons, most=len(chosen.reasons))}"
    others = [each for each in ranking.candidates if each.metrics.duration != chosen.metrics.duration]
    alike = {each.metrics.duration for each in ranking.equal}
    for other in others[:_SHOWN]:
        fits = "fits as well" if other.metrics.duration in alike else "fits less"
        why = listed(other.reasons)
        yield f"{fits}: {_described(other)} ({why}); to choose it: --histogram {other.metrics.duration}"
    if ranking.misfits:
        yield f"left out: {listed((f'{each.name} ({each.why})' for each in ranking.misfits), most=_SHOWN)}"
    yield from remarks.of_operations(names)


def _operations(candidate: Candidate, seen: Seen) -> list[str]:
    metrics = candidate.metrics
    found = next(each for each in seen.histograms if each.name == metrics.duration)
    return sorted({metrics.name_of(labels) for labels in found.series if metrics.is_operation(labels)})


def _without_own(candidate: Candidate, seen: Seen, service: Service) -> Candidate:
    """Leave out the paths that the gate itself requests: they are not load."""
    words = {word for name in _operations(candidate, seen) for word in name.split()}
    own = dict.fromkeys((service.metrics, service.ready))
    if any(word.startswith("/") for word in words):
        return without(candidate, tuple(own))
    return without(candidate, tuple(path[1:] for path in own if path[1:] in words))
