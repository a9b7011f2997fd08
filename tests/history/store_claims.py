"""What holds for each store; a test file gives it one."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mario_perf.history.alerts import Alert, AlertState
from mario_perf.history.measurements import Batch, Level, Link, gate_source
from mario_perf.history.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.history.store import Store


def batch(number: int, source: str = "") -> Batch:
    revision = f"r{number}"
    return Batch(
        source or f"gate-{number}",
        1000.0 + number,
        "mario",
        tuple(
            Level(revision, operation, metric, "machine", 0.01 * number)
            for operation in ("PlaceOrder", "GetMenu")
            for metric in ("p95", "latency")
        ),
        (Link(f"r{number - 1}", revision, "PlaceOrder", "latency", 0.01, 0.02),),
    )


def alert(number: int) -> Alert:
    return Alert("mario", "Menu", "p95", "ci", f"r{number - 1}", f"r{number}", 1000.0 + number, 0.1)


class StoreClaims:
    """Claims; a subclass has a fixture ``opened`` that opens the same store each time."""

    def test_what_is_added_comes_back_in_the_order_of_time(self, opened: Callable[[], Store]) -> None:
        opened().append([batch(2), batch(1)])
        assert list(opened().batches()) == [batch(1), batch(2)]

    def test_the_newest_can_be_read_alone(self, opened: Callable[[], Store]) -> None:
        opened().append([batch(3), batch(1), batch(2)])
        assert list(opened().batches(newest=2)) == [batch(2), batch(3)]
        (last,) = opened().batches(["p95"], ["GetMenu"], newest=1)
        assert [(each.revision, each.operation, each.metric) for each in last.levels] == [
            ("r3", "GetMenu", "p95")
        ]

    def test_a_source_is_kept_once(self, opened: Callable[[], Store]) -> None:
        assert opened().append([batch(1), batch(2)]) == 2
        assert opened().append([batch(2), batch(3)]) == 1
        assert opened().sources() == {"gate-1", "gate-2", "gate-3"}
        assert len(list(opened().batches())) == 3

    def test_a_gate_that_is_played_on_counts_once_with_all_its_rounds(
        self, opened: Callable[[], Store]
    ) -> None:
        first, second, third = (
            batch(number, gate_source("run", rounds)) for number, rounds in ((1, None), (2, 7), (3, 12))
        )
        other = batch(4, gate_source("run-2"))
        for each in (first, second, second, other, third):
            opened().append([each])
        assert list(opened().batches()) == [third, other]

    def test_metrics_and_operations_can_be_chosen(self, opened: Callable[[], Store]) -> None:
        opened().append([batch(1)])
        (found,) = opened().batches(metrics=["p95"], operations=["GetMenu"])
        assert [(level.operation, level.metric) for level in found.levels] == [("GetMenu", "p95")]
        assert found.links == ()
        assert len(opened().names()) == 4

    def test_gates_that_end_at_the_same_time_lose_nothing(self, opened: Callable[[], Store]) -> None:
        opened()
        with ThreadPoolExecutor(3) as threads:
            added = threads.map(lambda number: opened().append([batch(number)]), range(1, 7))
        assert sum(added) == 6
        assert len(opened().sources()) == 6

    def test_the_oldest_are_pruned(self, opened: Callable[[], Store]) -> None:
        opened().append(batch(number) for number in range(1, 7))
        assert opened().prune(before=1003.0) == 2
        assert opened().prune(before=0.0, keep=3) == 1
        assert [each.source for each in opened().batches()] == ["gate-4", "gate-5", "gate-6"]

    def test_text_that_means_something_elsewhere_is_kept_as_it_is(self, opened: Callable[[], Store]) -> None:
        odd = batch(1, source="'; DROP TABLE batches; --\t\u00e9")
        opened().append([odd])
        assert list(opened().batches()) == [odd]

    @pytest.mark.parametrize("time", [-1.0, 1e11, 1e300, math.inf, math.nan])
    def test_a_time_that_is_none_is_refused_in_a_line_and_the_rest_can_be_read(
        self, opened: Callable[[], Store], time: float
    ) -> None:
        opened().append([batch(1)])
        with pytest.raises(StoreError, match="time"):
            opened().append([batch(2), replace(batch(3), time=time)])
        assert list(opened().batches()) == [batch(1)]

    @pytest.mark.parametrize("name", ["\ud800", "\ud800 in the middle"])
    def test_a_name_that_is_no_text_is_refused_and_the_rest_can_be_read(
        self, opened: Callable[[], Store], name: str
    ) -> None:
        opened().append([batch(1)])
        with pytest.raises(StoreError):
            opened().append([replace(batch(2), scenario=name)])
        assert list(opened().batches()) == [batch(1)]

    def test_an_alert_is_kept_once_and_gets_the_state_that_a_duet_gives_it(
        self, opened: Callable[[], Store]
    ) -> None:
        first, second = (alert(number) for number in (1, 2))
        opened().record([second])
        opened().record([first, second])
        assert opened().alerts() == (first, second)
        confirmed = replace(second, state=AlertState.CONFIRMED)
        opened().record([confirmed])
        assert opened().alerts() == (first, confirmed)

    def test_alerts_stay_when_batches_are_pruned(self, opened: Callable[[], Store]) -> None:
        opened().append([batch(1)])
        opened().record([alert(1)])
        assert opened().prune(before=2000.0) == 1
        assert opened().alerts() == (alert(1),)
        assert list(opened().batches()) == []
