"""The HTML report: one file, offline, readable without JavaScript.

Everything that comes from a run reaches the page through Jinja's autoescape, so it is text whatever it
holds. The content security policy allows nothing but this file's own style and script, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from mario_perf import figures
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Verdict
from mario_perf.reports import cost_phrases, curve_phrases, heading, past_section, phrases
from mario_perf.reports.charts import distribution, forest, load_curve_chart, load_over_time, timeline
from mario_perf.reports.redaction import redact
from mario_perf.reports.run_evidence import (
    client_errors,
    client_overhead,
    client_times,
    flat,
    packages,
    reproduce,
    revisions,
    unreconciled,
)
from mario_perf.reports.trends.trend_chart import HEIGHT, WIDTH
from mario_perf.reports.validity_section import passed_checks
from mario_perf.run_record import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mario_perf.metric_catalogue import Metric
    from mario_perf.model import Comparison, GateResult, OperationResult

TEMPLATES = Path(__file__).parent / "templates"
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Plot:
    """A forest plot drawn for wide, medium and narrow pages."""

    wide: Markup
    medium: Markup
    narrow: Markup
    omitted: int  # operations beyond the rows that are drawn


def render(result: GateResult) -> str:
    redacted_result = redact(result)
    style, script = _asset("report.css"), _asset("report.js")
    parts = {part: [e for e in redacted_result.runs if e.part == part] for part in get_args(Part)}
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=redacted_result,
            bounds=redacted_result.bounds.tolist(),
            style=style,
            script=script,
            policy=_content_security_policy(style, script),
            title=heading.title(redacted_result),
            verdict_counts=phrases.verdict_counts(redacted_result.operations),
            durations=_forest(_of_part(redacted_result, "alone"), phrases.duration_change),
            loaded=_forest(_of_part(redacted_result, "load"), phrases.duration_change),
            shares=list(_share_plots(redacted_result.operations)),
            client_times={part: client_times(runs) for part, runs in parts.items()},
            client_errors={part: client_errors(runs) for part, runs in parts.items()},
            revisions=revisions(redacted_result),
            unreconciled=unreconciled(redacted_result.reconciliation),
            packages=packages(redacted_result),
            past=past_section.panels(redacted_result),
            past_size=(WIDTH, HEIGHT),
            passed_checks=passed_checks(redacted_result),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "phrases": phrases,
        "cost_phrases": cost_phrases,
        "curve_phrases": curve_phrases,
        "load_curve_chart": load_curve_chart,
        "heading": heading,
        "distribution": distribution,
        "timeline": timeline,
        "load_over_time": load_over_time,
        "flat": flat,
        "reproduce": reproduce,
        "client_overhead": client_overhead,
    }
    environment.filters |= {
        name: getattr(figures, name) for name in ("seconds", "percent", "rate", "count", "period", "memory")
    } | {"is_known": math.isfinite, "breakable": _breakable}
    return environment


def _asset(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 — a file of this package


def _breakable(name: str) -> Markup:
    """A name that may be broken before each of its words, and is read and copied as one."""
    return Markup(_WORD_START.sub("<wbr>", str(escape(name))))  # noqa: S704 — escaped first


def _content_security_policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _of_part(result: GateResult, part: Part) -> list[OperationResult]:
    return [one for one in result.operations if one.part == part]


def _forest(
    operations: Iterable[OperationResult], choose: Callable[[OperationResult], Comparison | None]
) -> Plot | None:
    rows = [
        forest.Row(one.operation, comparison) for one in operations if (comparison := choose(one)) is not None
    ]
    if not rows:
        return None
    return Plot(
        wide=Markup(forest.draw(rows, forest.WIDE)),  # noqa: S704 — Vega escapes every text it draws
        medium=Markup(forest.draw(rows, forest.MEDIUM)),  # noqa: S704
        narrow=Markup(forest.draw(rows, forest.NARROW)),  # noqa: S704
        omitted=max(len(rows) - forest.MAX_ROWS, 0),
    )


def _share_plots(operations: Sequence[OperationResult]) -> Iterator[tuple[str, Plot | None]]:
    """A plot for each share in the catalogue that moved anywhere, by its title; None where nothing failed."""
    for entry in METRICS.values():
        if not entry.share or not (open_or_moved := _open_or_moved(operations, entry.key)):
            continue
        happened = [
            replace(one, operation=replace(one.operation, name=one.title))  # the heading names no part
            for one, check in open_or_moved
            if check.baseline != 0 or check.candidate != 0
        ]
        yield entry.title, _forest(happened, partial(phrases.share_change, metric=entry.key))


def _open_or_moved(
    operations: Iterable[OperationResult], metric: Metric
) -> list[tuple[OperationResult, Comparison]]:
    checks = ((one, phrases.share_change(one, metric)) for one in operations)
    return [(one, it) for one, it in checks if it and it.verdict is not Verdict.UNCHANGED]
