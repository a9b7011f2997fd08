"""What a gate's report shows of the last revisions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mario_perf.history.gate_batch import gate_batch
from mario_perf.history.measurements import Batch
from mario_perf.history.past_values import LEAST, REVISIONS, metrics_of, past_values
from tests.history.test_gate_batch import duet

if TYPE_CHECKING:
    from mario_perf.model import PastValues

METRICS = metrics_of(duet())


def own() -> Batch:
    batch = gate_batch(duet())
    assert batch is not None
    return batch


def earlier(count: int, step: float = 0.0, **changes: str) -> list[Batch]:
    """Runs of other revisions, which became faster by ``step`` in the middle."""
    random = np.random.default_rng(2)
    return [
        Batch(
            f"run-{number}",
            own().time - 86400.0 * (count - number),
            own().scenario,
            tuple(
                replace(
                    level,
                    revision=f"r{number}",
                    value=level.value * float(np.exp(0.01 * random.normal() + step * (number < count // 2))),
                    **changes,
                )
                for level in own().levels
            ),
        )
        for number in range(count)
    ]


def past(batches: list[Batch]) -> dict[str, PastValues]:
    return {each.operation: each for each in past_values(METRICS, own(), batches, ())}


def test_each_operation_is_shown_by_the_metric_that_decided() -> None:
    assert METRICS["StartCookingCommand"] == "error_ratio"
    assert METRICS["PlaceOrderCommand"] == "latency"
    shown = past(earlier(20))
    assert list(shown) == [name for name in METRICS if name in shown]
    assert all(each.metric == METRICS[name] for name, each in shown.items())


def test_the_value_of_the_gate_is_its_own() -> None:
    one = past(earlier(20))["PlaceOrderCommand"]
    assert (one.own, one.revisions[-1], len(one.values)) == (20, "bbb222", 21)
    assert one.values[one.own] == pytest.approx(
        next(
            each.value for each in own().levels if (each.operation, each.metric) == (one.operation, "latency")
        )
    )


def test_only_the_newest_revisions_are_shown_with_their_shifts() -> None:
    one = past(earlier(80, step=0.3))["PlaceOrderCommand"]
    assert len(one.values) == REVISIONS
    ((place, change),) = one.shifts
    assert (one.revisions[place], change < -0.2) == ("r40", True)


def test_a_shift_before_the_first_that_is_shown_is_left_out() -> None:
    assert past(earlier(200, step=0.3))["PlaceOrderCommand"].shifts == ()


def test_few_revisions_say_nothing() -> None:
    assert past(earlier(LEAST - 1)) == {}
    assert past(earlier(LEAST)) != {}


def test_values_of_other_machines_and_loads_are_left_out() -> None:
    assert past(earlier(20, environment="another machine")) == {}
    assert past([replace(each, scenario="another load") for each in earlier(20)]) == {}


def test_a_gate_that_is_played_on_stands_there_once() -> None:
    before = replace(own(), time=own().time - 60)
    again = replace(own(), source=f"{own().source} after 5 rounds")
    batches = [*earlier(20), before]
    (one, *_) = past_values(METRICS, again, batches, ())
    assert one.revisions.count("bbb222") == 1


def test_an_operation_without_a_level_has_no_past() -> None:
    levels = tuple(each for each in own().levels if each.operation != "PlaceOrderCommand")
    assert "PlaceOrderCommand" not in {
        each.operation for each in past_values(METRICS, replace(own(), levels=levels), earlier(20), ())
    }
