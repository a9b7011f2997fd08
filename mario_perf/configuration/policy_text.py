"""Writes a commented perf.toml for a service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mario_perf.configuration.policy import CLIENT, OTLP, Thresholds
from mario_perf.metric_catalogue import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mario_perf.configuration.discovery.candidates import Candidate
    from mario_perf.configuration.policy import Service

_METRICS = {
    "duration": "the histogram, without _bucket",
    "unit": "unit of the histogram",
    "name_label": "labels that name the operation, such as method and route; [] for a single operation",
    "kind_label": "label with command or query",
    "ignored_kinds": "values of kind_label that are not operations",
    "ignored_names": "values of name_label to leave out, such as the metrics page",
    "status_label": "label that shows failures",
    "failing_status": "regular expression, matched against the whole value",
    "error_type_label": "label with the kind of error",
    "ignored_error_types": "values of error_type_label that do not count as failures",
    "executions": "counter of successes and failures",
    "failures": "counter of failures; with status_label, only failing statuses count",
}

SCHEMA_FILE = "perf.schema.json"
"""Beside a perf.toml: editors check it by the file that its first line names."""

_HEAD = f"""\
#:schema ./{SCHEMA_FILE}
# The policy of the gate. Each setting is optional; a commented line shows its default or an example.

[thresholds]
# Noise: the smallest change worth acting on; smaller ones are never red.
# Resolution: a pass guarantees that a slowdown of at least this size would have been found.
"""

_LIMITS = """\
[limits]
# Absolute limits. They need no baseline.
# p95 = "50ms"
# error_ratio = 0.01
"""

INDICATORS = """\
# Further counters to judge beside the times, more is worse: SQL statements, messages published. docs/costs.md
# [[indicators]]
# name = "cache misses"            # in sentences
# metric = "cache_misses_total"    # the sample, as the metrics page shows it
# per = "execution"                # or "operation", by its labels; "process", a level; "growth", of a level
# unit = "count"                   # or "seconds", "bytes"
# noise = 0.01                     # never red below; of a growth in its unit, for 1,000 executions
# resolution = 0.1                 # a pass rules out this much

"""

_MEANINGS = {
    CLIENT: "  # no metrics: response times and statuses of the steps are judged",
    OTLP: "  # the service pushes them; the gate receives them, and tells the service where",
}
_LOAD_EXAMPLE = "locustfile.py"
_START_EXAMPLE = ("./serve", "--port", "{port}")


def text(
    candidate: Candidate | None,
    service: Service,
    locustfile: str | None,
    operations: Mapping[str, tuple[str, ...]] | None = None,
) -> str:
    """A perf.toml for a service with these metrics, or None.

    Without a start command or a locustfile, it has an example in a comment. ``operations`` is what steps
    trigger that name something else.
    """
    limits = (*_thresholds(), _LIMITS)
    metrics = () if candidate is None else _metrics(candidate)
    loads = (*_load(locustfile), *_operations(operations or {}))
    parts = ((_HEAD.rstrip(),), limits, loads, metrics, INDICATORS.splitlines(), _service(service))
    return "\n".join(line for part in parts for line in part) + "\n"


def _thresholds() -> Iterator[str]:
    defaults = Thresholds()
    for family in FAMILIES.values():
        noise = f"# {family.noise} = {getattr(defaults, family.noise)}"
        yield f"{noise:<31} # {family.meaning}"
        yield f"# {family.resolution} = {getattr(defaults, family.resolution)}"
    yield ""


def _load(locustfile: str | None) -> Iterator[str]:
    yield "[load]"
    yield "# The requests to send. docs/tutorial.md shows how to write a locustfile."
    yield f"{'' if locustfile else '# '}locustfile = {_toml(locustfile or _LOAD_EXAMPLE)}"
    yield "# users = 1                   # default: 1"
    yield '# duration = "60s"'
    yield "# seed = 1"
    yield "# rate = 100                  # journeys a second, however slow the service is"
    yield '# arrivals = "poisson"        # or "constant"'
    yield '# exclude_tags = ["slow"]     # tasks and steps to leave out; tags: those to play'
    yield ""


def _operations(operations: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    if operations:
        yield "# What a step triggers, if not what the locustfile names. [] means none."
        yield "[load.operations]"
        for step, names in operations.items():
            yield f"{_toml(step)} = {_toml(names[0] if len(names) == 1 else names)}"
        yield ""


def _metrics(candidate: Candidate) -> Iterator[str]:
    yield f"# {candidate.title}."
    if candidate.hint:
        yield f"# To see more: {candidate.hint}."
    yield "[metrics]"
    for key, meaning in _METRICS.items():
        value = getattr(candidate.metrics, key)
        unused = key == "failing_status" and candidate.metrics.status_label is None
        if (value and not unused) or key == "name_label":
            yield f"{key} = {_toml(value)}  # {meaning}"
    if candidate.metrics.status_label is None and candidate.metrics.failures is None:
        yield '# failures = "..."              # counter; without it, only failures at the client count'
    yield ""


def _service(service: Service) -> Iterator[str]:
    yield "# Command that starts a build of the service, in its checkout. {port} is a free port."
    yield "[service]"
    yield "# setup prepares a build: a command, or a tool that installs its packages."
    yield '# setup = ["make", "build"]  # or "pip", "uv", "npm"; see docs/tutorial.md'
    yield f"{'' if service.start else '# '}start = {_toml(service.start or _START_EXAMPLE)}"
    yield f"ready = {_toml(service.ready)}  # answers with 200 once the service is ready"
    yield f"metrics = {_toml(service.metrics)}{_MEANINGS.get(service.metrics, '')}"


def _toml(value: str | Iterable[str]) -> str:
    """A string or list as TOML: JSON, but with DEL escaped."""
    plain = value if isinstance(value, str) else list(value)
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
