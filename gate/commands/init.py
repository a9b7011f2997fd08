"""``mario-perf init``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from analysis import policy_text
from analysis.errors import MetricNotFoundError, UserError, listed, nearest
from analysis.policy import Service
from analysis.presets import TITLES, Histogram, Preset, guess, recognised
from analysis.sources.connection import Connection
from analysis.sources.histograms import histograms
from gate.commands.matcher import matcher
from reports.terminal import line

_PORT = "{port}"


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
    "--name-label", metavar="LABEL", help="With --histogram: the label that tells operations apart."
)
@click.option(
    "--match",
    "matchers",
    type=matcher,
    multiple=True,
    metavar="LABEL=VALUE",
    help="Of a Prometheus: labels of the service's targets, such as job=shop. Repeatable.",
)
@click.option("--start", metavar="COMMAND", help="How the service is started; {port} stands for its port.")
@click.option(
    "--ready", metavar="PATH", default="/health", show_default=True, help="Where it says that it is ready."
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
    name_label: str | None,
    matchers: tuple[tuple[str, str], ...],
    start: str | None,
    ready: str,
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
    service = Service(start=_command(start), ready=ready, metrics=_metrics_path(url))
    seen = histograms(Connection(url, matchers=dict(matchers)))
    fitting = _named(seen, histogram, name_label, url) if histogram else _titled(seen, title, url)
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


def _metrics_path(url: str) -> str:
    """Where the service shows its metrics; the usual place where a Prometheus was asked."""
    path = urlsplit(url).path
    return path if path.strip("/") else "/metrics"


def _titled(seen: tuple[Histogram, ...], title: str | None, url: str) -> tuple[Preset, ...]:
    fitting = tuple(preset for preset in recognised(seen) if title in {None, preset.title})
    if not fitting:
        raise MetricNotFoundError(
            f"{url}: no histogram of {title or 'durations by operation'}; histograms there: "
            f"{listed(each.name for each in seen) or 'none'}; send the service a few requests, "
            "or give --histogram"
        )
    return fitting


def _named(seen: tuple[Histogram, ...], name: str, name_label: str | None, url: str) -> tuple[Preset, ...]:
    found = next((each for each in seen if each.name == name), None)
    if found is None:
        raise MetricNotFoundError(
            f"{url}: no histogram {name}; nearest: {nearest(name, (each.name for each in seen))}"
        )
    if name_label is None:
        fitting = recognised([found])
    elif name_label in found.labels:
        fitting = tuple(preset for preset in [guess(found, name_label)] if preset)
    else:
        raise MetricNotFoundError(f"{url}: {name} has no label {name_label}; it has {listed(found.labels)}")
    if not fitting:
        raise UserError(
            f"{url}: {name} does not tell its unit, or no label of it looks like a name (it has "
            f"{listed(found.labels) or 'none'}); give --name-label, or write [metrics] by hand"
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
    return f"{preset.title}, {preset.metrics.duration} by {preset.metrics.name_label}"


def _operations(preset: Preset, seen: tuple[Histogram, ...]) -> list[str]:
    metrics = preset.metrics
    found = next(each for each in seen if each.name == metrics.duration)
    return sorted(found.labels[metrics.name_label] - set(metrics.ignored_names))


def _without_own(preset: Preset, seen: tuple[Histogram, ...], service: Service) -> Preset:
    """Where operations are paths, without those that the gate itself asks for: they are no load."""
    if not any(name.startswith("/") for name in _operations(preset, seen)):
        return preset
    own = (service.metrics, service.ready)
    return replace(preset, metrics=replace(preset.metrics, ignored_names=own))
