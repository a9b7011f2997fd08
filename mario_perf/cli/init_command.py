"""``mario-perf init``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import click
import httpx

from mario_perf.cli.matcher_option import matching
from mario_perf.configuration import policy_text
from mario_perf.configuration.policy import Service
from mario_perf.configuration.presets import BUCKETS_BY, TITLES, Preset, guess, recognised
from mario_perf.errors import MetricNotFoundError, UserError, listed, nearest
from mario_perf.reports.terminal_report import line
from mario_perf.sources.connection import Connection
from mario_perf.sources.histograms import Seen, look

_PORT = "{port}"
_READY = "/health"
_METRICS = "/metrics"
"""Where services usually say that they are ready, and show their metrics."""

_ANSWERING = 5.0
"""Seconds that a service has to say that it is ready."""


@click.command(
    epilog="""\b
Examples:
  mario-perf init http://127.0.0.1:8000/metrics
  mario-perf init http://127.0.0.1:8000/metrics --start "python -m uvicorn shop:app --port {port}"
  mario-perf init http://127.0.0.1:9090 --match job=shop --preset Micrometer --force
  mario-perf init http://127.0.0.1:8000/metrics --histogram shop_request_seconds --name-label page

\b
Exit codes:
  0    written
  1    unexpected error of the tool
  2    usage, no metrics there, none that look like operations, or a file that would be overwritten
  130  interrupted"""
)
@click.argument("url")
@click.option("--preset", "title", type=click.Choice(TITLES), help="Which of the instrumentations found.")
@click.option("--histogram", metavar="NAME", help="Which of the histograms found, without _bucket.")
@click.option(
    "--name-label",
    "name_label",
    multiple=True,
    metavar="LABEL",
    help="With --histogram: the label that tells operations apart. Repeatable: method and route, say.",
)
@matching("Of a Prometheus: labels of the service's targets, such as job=shop.")
@click.option("--start", metavar="COMMAND", help="How the service is started; {port} stands for its port.")
@click.option(
    "--ready",
    metavar="PATH",
    help=f"Where it says that it is ready. Default: {_READY} if that answers, else its metrics page.",
)
@click.option("--locustfile", metavar="PATH", help="What is sent to it, as perf.toml names it.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="perf.toml",
    show_default=True,
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
def init(  # noqa: PLR0913 - an argument an option
    url: str,
    *,
    title: str | None,
    histogram: str | None,
    name_label: tuple[str, ...],
    matchers: tuple[tuple[str, str], ...],
    start: str | None,
    ready: str | None,
    locustfile: str | None,
    output: Path,
    force: bool,
) -> None:
    """Write a perf.toml for a service of your own.

    URL is the service's metrics page, or a Prometheus that scrapes it. The service must have answered a few
    requests, so that its operations have a histogram. The common instrumentations are known, of others a
    guess is made. Where several fit, it asks; in a pipe it takes the best.
    """
    if output.exists() and not force:
        raise UserError(f"{output} exists; give --force to overwrite it, or another --output")
    if title and histogram:
        raise click.UsageError("--preset and --histogram exclude each other")
    if name_label and not histogram:
        raise click.UsageError("--name-label goes with --histogram")
    command = _command(start)
    seen = look(Connection(url, matchers=dict(matchers)))
    fitting = _named(seen, histogram, name_label, url) if histogram else _titled(seen, title, url)
    metrics = (urlsplit(url).path or "/") if seen.on_page else _METRICS
    where = f"/{ready.removeprefix('/')}" if ready else _ready(url, seen, metrics)
    service = Service(command, ready=where, metrics=metrics)
    chosen = _without_own(_choice(fitting), seen, service)
    try:
        output.write_text(policy_text.text(chosen, service, locustfile), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{output}: cannot be written ({error.strerror}); give another --output") from error
    click.echo(line(f"{output}: {_described(chosen)}; {listed(_operations(chosen, seen))}"))


def _command(start: str | None) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(start or ""))
    except ValueError as error:
        raise click.UsageError(f"--start: {error}") from error
    if words and not any(_PORT in word for word in words):
        raise click.UsageError(f"--start: {_PORT} must stand where the port belongs")
    return words


def _ready(url: str, seen: Seen, metrics: str) -> str:
    """Where the service says that it is ready: the usual place if it answers there, else its metrics."""
    there = urlsplit(url)
    return _READY if seen.on_page and _answers(urlunsplit((*there[:2], _READY, "", ""))) else metrics


def _answers(url: str) -> bool:
    """Whether there is a success to be had."""
    try:
        return httpx.get(url, timeout=_ANSWERING).is_success
    except httpx.HTTPError:
        return False


def _titled(seen: Seen, title: str | None, url: str) -> tuple[Preset, ...]:
    fitting = tuple(preset for preset in recognised(seen.histograms) if title in {None, preset.title})
    if not fitting:
        raise MetricNotFoundError(
            f"{url}: no histogram of {title or 'durations by operation'}; histograms there: "
            f"{listed(each.name for each in seen.histograms) or 'none'}{_bucketless(seen)}; send the service "
            "a few requests, or give --histogram"
        )
    return fitting


def _bucketless(seen: Seen) -> str:
    """Of durations that have no buckets it is said how to get them, where that is known."""
    named = [f"{name} ({BUCKETS_BY[name]})" if name in BUCKETS_BY else name for name in seen.bucketless]
    return f"; durations without buckets: {listed(named)}" if named else ""


def _named(seen: Seen, name: str, name_label: tuple[str, ...], url: str) -> tuple[Preset, ...]:
    found = next((each for each in seen.histograms if each.name == name), None)
    if found is None:
        raise MetricNotFoundError(
            f"{url}: no histogram {name}; nearest: {nearest(name, (each.name for each in seen.histograms))}"
        )
    if absent := [label for label in name_label if label not in found.labels]:
        raise MetricNotFoundError(
            f"{url}: {name} has no label {listed(absent)}; it has {listed(sorted(found.labels))}"
        )
    guessed = guess(found, name_label)
    known = () if name_label else recognised([found])
    fitting = known or (() if guessed is None else (guessed,))
    if not fitting:
        raise UserError(
            f"{url}: {name} does not tell its unit, or no label of it looks like a name (it has "
            f"{listed(sorted(found.labels)) or 'none'}); give --name-label, or write [metrics] by hand"
        )
    return fitting


def _choice(fitting: tuple[Preset, ...]) -> Preset:
    """The best; a person at a terminal is asked."""
    if len(fitting) == 1 or not sys.stdin.isatty():
        return fitting[0]
    for number, preset in enumerate(fitting, 1):
        click.echo(f"{number}  {_described(preset)}")
    wanted: int = click.prompt("Which one", type=click.IntRange(1, len(fitting)), default=1)
    return fitting[wanted - 1]


def _described(preset: Preset) -> str:
    return f"{preset.title}, {preset.metrics.duration} by {' and '.join(preset.metrics.name_label)}"


def _operations(preset: Preset, seen: Seen) -> list[str]:
    metrics = preset.metrics
    found = next(each for each in seen.histograms if each.name == metrics.duration)
    return sorted({metrics.name_of(labels) for labels in found.series if metrics.is_operation(labels)})


def _without_own(preset: Preset, seen: Seen, service: Service) -> Preset:
    """Where operations are paths, without those that the gate itself asks for: they are no load."""
    words = (word for name in _operations(preset, seen) for word in name.split())
    if not any(word.startswith("/") for word in words):
        return preset
    own = tuple(dict.fromkeys((service.metrics, service.ready)))
    return replace(preset, metrics=replace(preset.metrics, ignored_names=own))
