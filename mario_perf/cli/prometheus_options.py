"""The options that name a Prometheus server to read from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mario_perf.cli.matcher_option import side_matcher, split_by_side
from mario_perf.sources.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.run_record import Side

    _Function = Callable[..., Any]

_PREFIX = "prometheus_"


@dataclass(frozen=True, slots=True)
class PrometheusOptions:
    """A server, if one was named."""

    connection: Connection | None


def _header(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE")
    return name, value


prometheus_match = click.option(
    "--prometheus-match",
    metavar="[SIDE:]LABEL=VALUE",
    multiple=True,
    type=side_matcher,
    help="Labels of the service's target; repeatable. Default: instance=HOST:PORT of its URL. "
    "With candidate: or baseline: in front: labels of all replicas of that side, whose counts add up.",
)
_FILE = click.Path(path_type=Path)
_OPTIONS = (
    click.option("--prometheus", "prometheus_url", metavar="URL", help="Read the metrics from this server."),
    click.option("--prometheus-user", metavar="NAME", help="Its user; see below for the password."),
    click.option(
        "--prometheus-header",
        metavar="NAME=VALUE",
        multiple=True,
        type=_header,
        help="Sent with each query; repeatable.",
    ),
    prometheus_match,
    click.option(
        "--prometheus-timeout",
        metavar="SECONDS",
        type=float,
        default=Connection("").timeout,
        show_default=True,
        help="How long an answer may take.",
    ),
    click.option("--prometheus-ca", metavar="FILE", type=_FILE, help="Who signed the server's certificate."),
    click.option("--prometheus-cert", metavar="FILE", type=_FILE, help="Client certificate."),
    click.option("--prometheus-key", metavar="FILE", type=_FILE, help="Client key, if apart."),
    click.option("--prometheus-insecure", is_flag=True, help="Do not verify the server."),
)


def prometheus_options(function: _Function) -> _Function:
    """``--prometheus`` and what belongs to it, given to a command as one ``prometheus``."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - a command's options
        names = [name for name in options if name.startswith(_PREFIX)]
        values = {name.removeprefix(_PREFIX): options.pop(name) for name in names}
        return function(*arguments, prometheus=PrometheusOptions(_connection(**values)), **options)

    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def _connection(  # noqa: PLR0913 - an argument an option
    *,
    url: str | None,
    user: str | None,
    header: tuple[tuple[str, str], ...],
    match: tuple[tuple[Side | None, str, str], ...],
    timeout: float,
    ca: Path | None,
    cert: Path | None,
    key: Path | None,
    insecure: bool,
) -> Connection | None:
    if url is None:
        return None
    matchers, replicas = split_by_side(match)
    return Connection(
        url=url,
        headers=dict(header),
        basic_auth=None if user is None else (user, os.environ.get("PROMETHEUS_PASSWORD", "")),
        bearer_token=os.environ.get("PROMETHEUS_TOKEN"),
        verify=not insecure,
        ca=ca,
        certificate=cert,
        key=key,
        timeout=timeout,
        matchers=matchers,
        replicas=replicas,
    )
