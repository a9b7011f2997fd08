"""Totals as a metrics page, with the names that Prometheus gives to OTLP's.

Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics. Exponential
histograms are native ones, in the text of OpenMetrics 2.0.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from mario_perf.otlp.distributions import ExplicitBuckets, ExponentialBuckets
from mario_perf.otlp.metric_points import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mario_perf.otlp.distributions import Distribution
    from mario_perf.otlp.metric_points import Attributes, Instrument
    from mario_perf.otlp.running_totals import Series

HEAD: Final = "# Pushed by OTLP, received by mario-perf.\n"
"""By this line such a page is known."""

_UNITS: Final = {
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "µs": "microseconds",
    "ns": "nanoseconds",
    "By": "bytes",
    "%": "percent",
}
_ANNOTATION = re.compile(r"\{[^}]*\}")
_NO_NAME = re.compile(r"[^A-Za-z0-9_:]+")
_NO_LABEL = re.compile(r"[^A-Za-z0-9_]+")
_FINEST, _COARSEST = 8, -4
"""The scales that native histograms have."""


def render(series: Mapping[Series, Distribution], start: int) -> str:
    """The page. ``start`` is when the newest process began to count, unix nanoseconds; 0: unknown."""
    lines = [f"process_start_time_seconds {start / 1e9!r}"] if start else []
    for (instrument, attributes), value in series.items():
        lines.extend(_lines(metric_name(instrument), _labels(attributes), value))
    return HEAD + "".join(f"{line}\n" for line in lines)


def metric_name(instrument: Instrument) -> str:
    """The name with its unit, and the ending of a counter."""
    words = re.sub("_+", "_", _NO_NAME.sub("_", instrument.name)).strip("_")
    unit = _UNITS.get(_ANNOTATION.sub("", instrument.unit), "")
    total = instrument.kind is Kind.COUNTER
    if total:
        words = words.removesuffix("_total")
    if unit and unit not in words.split("_"):
        words = f"{words}_{unit}"
    name = f"_{words}" if words[:1].isdigit() else words or "_"
    return f"{name}_total" if total else name


def _labels(attributes: Attributes) -> str:
    shown: dict[str, str] = {}
    for name, value in attributes:
        label = _NO_LABEL.sub("_", name) or "_"
        label = f"_{label}" if label[0].isdigit() else "exported_le" if label == "le" else label
        shown[label] = f"{shown[label]};{value}" if label in shown else value
    return ",".join(f'{label}="{_escaped(value)}"' for label, value in shown.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _lines(name: str, labels: str, value: Distribution) -> Iterator[str]:
    match value:
        case float():
            yield f"{_head(name, labels)} {_figure(value)}"
        case ExplicitBuckets():
            upper = {**{repr(bound): count for bound, count in value.counts.items()}, "+Inf": value.count}
            for bound, count in upper.items():
                le = f'le="{bound}"'
                yield f"{_head(f'{name}_bucket', labels, le)} {count}"
            yield f"{_head(f'{name}_sum', labels)} {_figure(value.total)}"
            yield f"{_head(f'{name}_count', labels)} {value.count}"
        case ExponentialBuckets():
            yield f"{_head(name, labels)} {_native(value.coarser(_FINEST))}"


def _figure(value: float) -> str:
    return repr(value) if math.isfinite(value) else "NaN" if math.isnan(value) else f"{value:+}"[:1] + "Inf"


def _head(name: str, *labels: str) -> str:
    given = ",".join(filter(None, labels))
    return f"{name}{{{given}}}" if given else name


def _native(value: ExponentialBuckets) -> str:
    """One scale too coarse for a native histogram keeps its count and sum, and loses its buckets."""
    bound, zeros = value.zero
    parts = [f"count:{value.count}", f"sum:{_figure(value.total)}", f"schema:{max(value.scale, _COARSEST)}"]
    parts += [f"zero_threshold:{bound!r}", f"zero_count:{zeros}"]
    if value.scale >= _COARSEST:
        parts += [*_spans("positive", value.positive), *_spans("negative", value.negative)]
    return "{" + ",".join(parts) + "}"


def _spans(sign: str, buckets: Mapping[int, int]) -> Iterator[str]:
    if not buckets:
        return
    indexes = sorted(buckets)
    yield f"{sign}_spans:[{','.join(_runs(indexes))}]"
    yield f"{sign}_buckets:[{','.join(str(buckets[index]) for index in indexes)}]"


def _runs(indexes: Iterable[int]) -> Iterator[str]:
    """Offset and length of each run; Prometheus numbers a bucket by its upper bound, OTLP by its lower."""
    end, offset, length = 0, 0, 0
    for index in (each + 1 for each in indexes):
        if length and index == end:
            length += 1
        else:
            if length:
                yield f"{offset}:{length}"
            offset, length = index - end, 1
        end = index + 1
    if length:
        yield f"{offset}:{length}"
