"""Trends on the terminal, on the page, and as JSON."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from mario_perf.history.operation_series import OperationSeries
from mario_perf.history.outlook import with_outlooks
from mario_perf.history.trends import trends
from mario_perf.reports.trends import trend_document, trend_page, trend_phrases
from mario_perf.reports.trends.sparkline import sparkline
from mario_perf.reports.trends.trend_terminal import print_trends


def series(operation: str, step: float, metric: str = "p95", count: int = 60) -> OperationSeries:
    values = 0.01 * np.exp(0.02 * np.random.default_rng(3).normal(size=count))
    values[count // 2 :] *= step
    return OperationSeries(
        "mario",
        operation,
        metric,
        np.linspace(1.7e9, 1.7e9 + 86400.0 * (count - 1), count),
        tuple(f"r{n}" for n in range(count)),
        ("old",) * 10 + ("new",) * (count - 10),
        values,
    )


FOUND = trends(
    [series("GetMenuQuery", 1.0), series("PlaceOrderCommand", 1.25), series("<script>x</script>", 0.7)]
)


def test_the_terminal_says_what_shifted_and_between_which_revisions() -> None:
    console = Console(file=io.StringIO(), width=200)
    print_trends(FOUND, console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Lasting shifts in 2 of 3 series" in shown
    assert "between r29 and r30" in shown
    assert "+2" in shown
    assert "▁" in shown


@pytest.mark.parametrize(
    ("pace", "unit"), [(86400.0, "a month"), (3600.0, "a day"), (60.0, "an hour"), (1.0, "a minute")]
)
def test_a_trend_is_given_in_a_time_that_the_history_has_nearly_seen(pace: float, unit: str) -> None:
    times = 1.7e9 + pace * np.arange(60.0)
    creeping = replace(series("GetMenuQuery", 1.0), values=0.01 * np.exp(0.01 * np.arange(60.0)), times=times)
    (found,) = with_outlooks(trends([creeping]), lambda _: None, float(times[-1]))
    assert f"% {unit} (" in trend_phrases.outlook(found)


def test_an_empty_history_says_what_to_do() -> None:
    console = Console(file=io.StringIO(), width=200)
    print_trends((), console)
    assert "mario-perf history import" in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("values", [[1e-300, 1e300] * 30, [1e300] * 30 + [1e-300] * 30])
@pytest.mark.parametrize("pace", [1e-3, 1.0, 86400.0])
@pytest.mark.filterwarnings("error")
def test_values_and_paces_without_a_measure_are_shown_in_all_forms(values: list[float], pace: float) -> None:
    times = 1.7e9 + pace * np.arange(60.0)
    extreme = replace(series("GetMenuQuery", 1.0), values=np.array(values), times=times)
    found = with_outlooks(trends([extreme]), lambda _: 0.05, 1.7e9)
    console = Console(file=io.StringIO(), width=200)
    print_trends(found, console)
    assert "GetMenuQuery" in console.file.getvalue()  # type: ignore[attr-defined]
    assert "GetMenuQuery" in trend_page.render(found, "")
    assert json.loads(trend_document.render(found))


def test_the_page_shows_names_as_text_and_links_to_changes() -> None:
    page = trend_page.render(FOUND, "https://example.org/shop")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'href="https://example.org/shop/compare/r29...r30"' in page
    assert page.count("<svg") == 3
    assert page.count('class="shift up"') == 1
    assert page.count('class="shift down"') == 1
    assert page.count('class="break"') == 3


def test_a_page_without_repository_has_no_links() -> None:
    assert "href" not in trend_page.render(FOUND, "javascript:alert(1)")


def test_the_document_has_each_change_point() -> None:
    document = json.loads(trend_document.render(FOUND))
    points = {each["operation"]: each["change_points"] for each in document["series"]}
    assert points["GetMenuQuery"] == []
    (point,) = points["PlaceOrderCommand"]
    assert (point["index"], point["last_revision_before"], point["first_revision_after"]) == (
        30,
        "r29",
        "r30",
    )
    assert point["low"] < np.log(1.25) < point["high"]


def test_a_large_history_makes_a_small_page() -> None:
    assert len(trend_page.render(trends([series("A", 1.2, count=5000)]))) < 30_000


@pytest.mark.parametrize(("values", "shown"), [([], ""), ([1, 1], "▅▅"), ([1, 2], "▁█")])
def test_a_sparkline_has_a_bar_a_value(values: list[float], shown: str) -> None:
    assert sparkline(np.array(values, dtype=float)) == shown


def test_a_sparkline_is_not_flattened_by_an_outlier() -> None:
    line = sparkline(np.array([1.0, 2.0] * 40 + [1000.0]), width=81)
    assert {"▁", "█"} <= set(line)
