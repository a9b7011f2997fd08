"""Expressions that several panels are made of, each over what the dashboard's variables choose."""

from __future__ import annotations

WINDOW = "$__rate_interval"
CQRS_DURATION = "cqrs_execution_duration_milliseconds"
HTTP_DURATION = "http_server_duration_milliseconds"
QUANTILES = (0.5, 0.95, 0.99)

TARGET = 'job=~"$job",instance=~"$instance"'
OPERATION = f'{TARGET},type=~"$operation",operation!="request"'
"""Commands and queries; domain events are no operations."""

FAULT = 'error_type!~"validation|not_found|authorization|business_rule"'
"""Failures that the caller is not to blame for, as the alerts count them: a full kitchen is an answer."""


def rate(metric: str, matchers: str, by: str = "") -> str:
    """Events a second, in total or ``by`` labels."""
    return f"{total(by)}(rate({metric}{{{matchers}}}[{WINDOW}]))"


def increase(metric: str, matchers: str, window: str, by: str = "", ago: str = "") -> str:
    """Events within ``window`` that ended now, or so long ``ago``; in total or ``by`` labels."""
    moment = f" offset {ago}" if ago else ""
    return f"{total(by)}(increase({metric}{{{matchers}}}[{window}]{moment}))"


def mean(histogram: str, matchers: str, by: str = "") -> str:
    """The mean of what a histogram saw, in its unit."""
    return f"{rate(f'{histogram}_sum', matchers, by)} / {rate(f'{histogram}_count', matchers, by)}"


def quantile(q: float, histogram: str, matchers: str, by: str = "") -> str:
    """A quantile of what a histogram saw, in its unit, interpolated within a bucket."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({q:g}, {rate(f'{histogram}_bucket', matchers, labels)})"


def share(part: str, whole: str) -> str:
    """The share that a part has: 0, not nothing, where there is no part."""
    return f"({part} or 0 * {whole}) / {whole}"


def or_none(parts: str, whole: str, by: str) -> str:
    """Parts by a label: 0 of ``none``, not nothing, where there is only the whole."""
    return f'{parts} or on () label_replace(0 * {whole}, "{by}", "none", "", "")'


def total(by: str) -> str:
    """The aggregation of a sum, in total or ``by`` labels."""
    return f"sum by ({by}) " if by else "sum"
