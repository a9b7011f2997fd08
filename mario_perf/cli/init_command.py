"""``mario-perf init``."""

from __future__ import annotations

import json
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import click
import httpx

from mario_perf import bounded_read, message_lines
from mario_perf.cli.exit_codes import INIT_EXIT_CODES
from mario_perf.cli.matcher_option import match_option
from mario_perf.configuration import policy_file, policy_text
from mario_perf.configuration.discovery import refusal, remarks
from mario_perf.configuration.discovery.candidates import Candidate, Misfit, Ranking, examine, rank, without
from mario_perf.configuration.discovery.instrumentations import TITLES
from mario_perf.configuration.policy import CLIENT, OTLP, Service
from mario_perf.configuration.service_metrics import SECONDS_PER
from mario_perf.errors import (
    MetricNotFoundError,
    NoMetricsError,
    UnreadableExpositionError,
    UserError,
    listed,
    nearest,
)
from mario_perf.reports.characters import single_line
from mario_perf.sources.connection import Connection
from mario_perf.sources.metric_inventory import list_histograms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mario_perf.configuration.discovery.evidence import MetricInventory
    from mario_perf.configuration.service_metrics import Unit

_PORT = "{port}"
_READY = "/health"
_METRICS = "/metrics"
"""The usual paths of readiness and metrics."""

_NEXT = "next: mario-perf doctor says what a gate still needs"

_MAX_ALTERNATIVES = 5
"""Most alternatives to show."""

_ANSWER_TIMEOUT = 5.0
"""Seconds to wait for an answer from ``_READY``."""


@click.command(
    epilog=f"""\b
Examples:
  mario-perf init http://127.0.0.1:8000/metrics
  mario-perf init http://127.0.0.1:8000/metrics \\
      --start "python -m uvicorn shop:app --port {_PORT}"
  mario-perf init http://127.0.0.1:9090 --match job=shop
  mario-perf init http://127.0.0.1:4318/metrics   by mario-perf otlp
  mario-perf init --client --locustfile locustfile.py
  mario-perf init http://127.0.0.1:8000/metrics \\
      --histogram shop_request_seconds --name-label page

{INIT_EXIT_CODES}"""
)
@click.argument("url", required=False)
@click.option(
    "--client",
    is_flag=True,
    help="The service has no metrics: judge response times and statuses of the steps alone.",
)
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
@match_option("Labels of the service's targets in Prometheus, such as job=shop.")
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
    "--play",
    is_flag=True,
    help="Play a short round of the locustfile on the service, to see which operations its steps trigger. "
    "This sends requests.",
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
    url: str | None,
    *,
    client: bool,
    title: str | None,
    histogram: str | None,
    name_label: tuple[str, ...],
    unit: Unit | None,
    matchers: tuple[tuple[str, str], ...],
    start: str | None,
    ready: str | None,
    locustfile: str | None,
    play: bool,
    output: Path,
    force: bool,
) -> None:
    """Write a perf.toml for a service of your own.

    URL is the service or its metrics page, or the Prometheus that scrapes it. Send the service a few requests
    first, so that its operations have a histogram. If several histograms fit, init asks. Without a terminal
    it takes the best one and says why. A service without metrics needs --client and no URL.
    """
    if output.exists() and not force:
        raise UserError(f"{output} exists; give --force to overwrite it, or another --output")
    if client == bool(url):
        raise click.UsageError("give the URL of the metrics, or --client for a service without metrics")
    if play and (url is None or locustfile is None):
        raise click.UsageError("--play needs the URL of the metrics page and --locustfile")
    if title and histogram:
        raise click.UsageError("--preset and --histogram exclude each other; give one of them")
    if name_label and not histogram:
        raise click.UsageError("--name-label needs --histogram")
    command = _command(start)
    if url is None:
        _write_client(Service(command, ready=_from_root(ready or _READY), metrics=CLIENT), locustfile, output)
        return
    url, inventory = _find_metrics(url, matchers)
    if histogram:
        ranking = Ranking((_candidate_by_name(inventory, histogram, name_label, unit, url),), ())
    else:
        ranking = _filter_by_title(rank(inventory, unit), title, inventory, url)
    metrics = _metrics(url, inventory, play=play)
    ready_path = _from_root(ready) if ready else _ready(url, inventory, metrics)
    service = Service(command, ready=ready_path, metrics=metrics)
    chosen = _without_probe_paths(_choose(ranking), inventory, service)
    _write(policy_text.text(chosen, service, locustfile), output)
    names = _operations(chosen, inventory)
    _announce(output, f"{_describe(chosen)}; {listed(names)}")
    for reason in _explain(chosen, ranking, names):
        message_lines.say(single_line(f"  {reason}"))
    if play:
        operations = _play(url, output)
        _write(policy_text.text(chosen, service, locustfile, operations), output)
    message_lines.say(_NEXT)


def _find_metrics(url: str, matchers: tuple[tuple[str, str], ...]) -> tuple[str, MetricInventory]:
    """At the URL, or where services usually show them if the URL is a service's base."""
    try:
        return url, list_histograms(Connection(url, matchers=dict(matchers)))
    except (NoMetricsError, UnreadableExpositionError):
        if urlsplit(url).path not in {"", "/"}:
            raise
        with suppress(UserError):
            usual = urlunsplit((*urlsplit(url)[:2], _METRICS, "", ""))
            return usual, list_histograms(Connection(usual))
        raise


def _play(url: str, output: Path) -> Mapping[str, tuple[str, ...]]:
    """What steps trigger that name something else, by a round of the locustfile."""
    # Only now: the gate takes a second to load.
    from mario_perf.doctor import first_round  # noqa: PLC0415
    from mario_perf.doctor.step_diagnosis import of_steps  # noqa: PLC0415

    service = urlunsplit((*urlsplit(url)[:2], "", "", ""))
    measured = first_round.play_first_round(service, policy_file.load(output), output)
    for each in of_steps(measured):
        message_lines.say(single_line(f"  {each.finding}"))
    return first_round.operations_of(measured)


def _metrics(url: str, inventory: MetricInventory, *, play: bool) -> str:
    if play and inventory.pushed:
        raise click.UsageError("--play cannot find a service that pushes; mario-perf doctor plays a round")
    if inventory.pushed:
        return OTLP
    return (urlsplit(url).path or "/") if inventory.on_page else _METRICS


def _write_client(service: Service, locustfile: str | None, output: Path) -> None:
    _write(policy_text.text(None, service, locustfile), output)
    _announce(output, "no metrics; response times and statuses of the locustfile's steps are judged")
    message_lines.say(_NEXT)


def _write(text: str, output: Path) -> None:
    try:
        output.write_text(text, encoding="utf-8")
        schema = json.dumps(policy_file.schema(), indent=1) + "\n"
        output.with_name(policy_text.SCHEMA_FILE).write_text(schema, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{output}: cannot be written ({error.strerror}); give another --output") from error


def _announce(output: Path, content: str) -> None:
    message_lines.say(single_line(f"{output}: {content}"))
    message_lines.say(f"  {policy_text.SCHEMA_FILE} beside it lets editors check and complete it")


def _from_root(path: str) -> str:
    return f"/{path.removeprefix('/')}"


def _command(start: str | None) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(start or ""))
    except ValueError as error:
        raise click.UsageError(f"--start: {error}") from error
    if words and not any(_PORT in word for word in words):
        raise click.UsageError(f"--start: no {_PORT} in it; write {_PORT} where the port belongs")
    return words


def _ready(url: str, inventory: MetricInventory, metrics: str) -> str:
    """The usual path if it answers, or if nothing else is known; else the metrics page."""
    if inventory.pushed:
        return _READY
    parts = urlsplit(url)
    return _READY if inventory.on_page and _answers(urlunsplit((*parts[:2], _READY, "", ""))) else metrics


def _answers(url: str) -> bool:
    try:
        return httpx.codes.is_success(bounded_read.status(url, _ANSWER_TIMEOUT))
    except httpx.HTTPError:
        return False


def _filter_by_title(ranking: Ranking, title: str | None, inventory: MetricInventory, url: str) -> Ranking:
    matches = tuple(each for each in ranking.candidates if title in {None, each.title})
    if not matches:
        message = refusal.explain(inventory, ranking.misfits)
        if title is not None and ranking.candidates:
            available = listed(each.metrics.duration for each in ranking.candidates)
            message = f"no histogram of {title}; histograms there: {available}"
        raise MetricNotFoundError(f"{url}: {message}")
    filtered = Ranking(matches, ranking.misfits)
    indistinct = [each for each in (matches[0], *filtered.equal) if not each.metrics.name_label]
    if matches[0] in indistinct and len(indistinct) > 1:
        raise MetricNotFoundError(f"{url}: {refusal.ambiguous(indistinct)}")
    return filtered


def _candidate_by_name(
    inventory: MetricInventory, name: str, name_label: tuple[str, ...], unit: Unit | None, url: str
) -> Candidate:
    histogram = next((each for each in inventory.histograms if each.name == name), None)
    if histogram is None:
        names = nearest(name, (each.name for each in inventory.histograms))
        raise MetricNotFoundError(f"{url}: no histogram {name}; nearest: {names}")
    if missing := [label for label in name_label if label not in histogram.labels]:
        raise MetricNotFoundError(
            f"{url}: {name} has no label {listed(missing)}; it has {listed(sorted(histogram.labels))}"
        )
    candidate = examine(histogram, inventory.counters, unit=unit, names=name_label)
    if isinstance(candidate, Misfit):
        raise MetricNotFoundError(
            f"{url}: {name}: {candidate.reason}; {candidate.remedy}, or write [metrics] by hand"
        )
    return candidate


def _choose(ranking: Ranking) -> Candidate:
    """The best; a person at a terminal is asked."""
    candidates = ranking.candidates
    if len(candidates) == 1 or not sys.stdin.isatty():
        return candidates[0]
    for number, candidate in enumerate(candidates, 1):
        message_lines.say(f"{number}  {_describe(candidate)}")
    choice: int = click.prompt("Which one", type=click.IntRange(1, len(candidates)), default=1)
    return candidates[choice - 1]


def _describe(candidate: Candidate) -> str:
    metrics = candidate.metrics
    by = f" by {' and '.join(metrics.name_label)}" if metrics.name_label else ", one operation"
    return f"{candidate.title}, {metrics.duration}{by}"


def _explain(chosen: Candidate, ranking: Ranking, names: Sequence[str]) -> Iterator[str]:
    """Give the reasons, the alternatives, and remarks on the operations."""
    yield f"chosen because {listed(chosen.reasons, max_items=len(chosen.reasons))}"
    others = [each for each in ranking.candidates if each.metrics.duration != chosen.metrics.duration]
    equal = {each.metrics.duration for each in ranking.equal}
    for other in others[:_MAX_ALTERNATIVES]:
        fits = "fits as well" if other.metrics.duration in equal else "fits less"
        why = listed(other.reasons)
        yield f"{fits}: {_describe(other)} ({why}); to choose it: --histogram {other.metrics.duration}"
    if ranking.misfits:
        misfits = (f"{each.name} ({each.reason})" for each in ranking.misfits)
        yield f"left out: {listed(misfits, max_items=_MAX_ALTERNATIVES)}"
    yield from remarks.operation_remarks(names)


def _operations(candidate: Candidate, inventory: MetricInventory) -> list[str]:
    metrics = candidate.metrics
    histogram = next(each for each in inventory.histograms if each.name == metrics.duration)
    return sorted({metrics.name_of(labels) for labels in histogram.series if metrics.is_operation(labels)})


def _without_probe_paths(candidate: Candidate, inventory: MetricInventory, service: Service) -> Candidate:
    """Leave out the paths that the gate itself requests: they are not load."""
    words = {word for name in _operations(candidate, inventory) for word in name.split()}
    probe_paths = dict.fromkeys((service.metrics, service.ready))
    if any(word.startswith("/") for word in words):
        return without(candidate, tuple(probe_paths))
    return without(candidate, tuple(path[1:] for path in probe_paths if path[1:] in words))
