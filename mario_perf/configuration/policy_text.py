"""perf.toml, written: a commented start for a service of one's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mario_perf.configuration.policy import Thresholds
from mario_perf.metric_catalogue import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mario_perf.configuration.discovery.candidates import Candidate
    from mario_perf.configuration.policy import Service

_METRICS = {
    "duration": "the histogram, without _bucket",
    "unit": "of the histogram",
    "name_label": "tells operations apart; of several labels the values make the name; [] for one operation",
    "kind_label": "such as command or query",
    "ignored_kinds": "rows that are no operations",
    "ignored_names": "values of name_label: what the gate itself asks for is no load",
    "status_label": "tells failures apart",
    "failing_status": "regular expression, matched against the whole value",
    "error_type_label": "what went wrong",
    "ignored_error_types": "values of error_type_label that are no failures, such as a refusal",
    "executions": "counter of successes and failures",
    "failures": "counter; where it has the status label, only what has a failing status",
}

_HEAD = """\
# What is measured, and when it fails. Everything may be left out; a commented line shows the default, or an
# example.

[thresholds]
# Noise: the smallest change worth acting on. Resolution: what a pass promises, no change as large as this
# went by unseen.
"""

_LIMITS = """\
[limits]
# Absolute limits, with or without a baseline.
# p95 = "50ms"
# error_ratio = 0.01
"""

_LOAD_EXAMPLE = "locustfile.py"
_START_EXAMPLE = ("./serve", "--port", "{port}")


def text(candidate: Candidate, service: Service, locustfile: str | None) -> str:
    """A perf.toml for a service with these metrics.

    Where it is not known how the service is started, or what is sent, an example stands in a comment.
    """
    limits = (*_thresholds(), _LIMITS)
    parts = ((_HEAD.rstrip(),), limits, _load(locustfile), _metrics(candidate), _service(service))
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
    yield "# What the users do; how to write it: docs/tutorial.md."
    yield f"{'' if locustfile else '# '}locustfile = {_toml(locustfile or _LOAD_EXAMPLE)}"
    yield "# users = 1                   # default: 1 in a duet, 20 otherwise"
    yield '# duration = "60s"'
    yield "# seed = 1"
    yield "# rate = 100                  # journeys a second that arrive whatever the service does"
    yield '# arrivals = "poisson"        # or "constant"'
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
        yield '# failures = "..."              # a counter; without one they are what the client saw fail'
    yield ""


def _service(service: Service) -> Iterator[str]:
    yield "# How a gate starts a build of the service, in its checkout. {port} is a free port."
    yield "[service]"
    yield "# setup prepares a build: a command, or an environment of its own with the packages that it names."
    yield '# setup = ["make", "build"]  # or "pip", "uv", "npm"; see docs/tutorial.md'
    yield f"{'' if service.start else '# '}start = {_toml(service.start or _START_EXAMPLE)}"
    yield f"ready = {_toml(service.ready)}  # answers with success once the service is ready"
    yield f"metrics = {_toml(service.metrics)}"


def _toml(value: str | Iterable[str]) -> str:
    """JSON's strings and lists are TOML's; JSON escapes DEL not, which TOML wants."""
    plain = value if isinstance(value, str) else list(value)
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
