"""The page of small multiples: one file, offline, without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.reports import plain_page
from mario_perf.reports.trends import trend_phrases
from mario_perf.reports.trends.trend_chart import HEIGHT, WIDTH, TrendChart, trend_chart
from mario_perf.reports.trends.trend_terminal import by_newest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.history.trends import Shift, Trend


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    scenario: str
    count: str
    adjusted: bool
    begin: str
    end: str
    description: str
    chart: TrendChart
    low: str
    high: str
    shifts: tuple[tuple[str, str], ...]
    outlook: str


def render(trends: Sequence[Trend], repository: str = "") -> str:
    """The page. ``repository`` is the web address of one on GitHub or GitLab, for links to changes."""
    return plain_page.render(
        "trends.html.j2",
        headline=trend_phrases.headline(trends),
        panels=[_panel(each, repository) for each in by_newest(trends)],
        width=WIDTH,
        height=HEIGHT,
    )


def _panel(trend: Trend, repository: str) -> _Panel:
    series, shifts = trend.series, [(each.point.index, each.point.change) for each in trend.shifts]
    chart = trend_chart(series.values, shifts, series.breaks)
    sentences = [trend_phrases.sentence(trend, shift) for shift in trend.shifts]
    return _Panel(
        trend_phrases.title(trend),
        series.scenario,
        f"{len(series.values):,}",
        series.adjusted,
        trend_phrases.day(float(series.times.min())),
        trend_phrases.day(float(series.times.max())),
        "; ".join(sentences) or f"{trend_phrases.title(trend)}: no lasting shift",
        chart,
        trend_phrases.value(trend, chart.low),
        trend_phrases.value(trend, chart.high),
        tuple((text, _link(shift, repository)) for text, shift in zip(sentences, trend.shifts, strict=True)),
        trend_phrases.outlook(trend),
    )


def _link(shift: Shift, repository: str) -> str:
    if not repository.startswith(("https://", "http://")):
        return ""
    return f"{repository.rstrip('/')}/compare/{shift.last}...{shift.first}"
