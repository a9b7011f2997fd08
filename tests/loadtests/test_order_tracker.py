"""A user's orders: bounded, and each side at its own stage."""

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from order_tracker import MAXIMUM_ACTIVE, Order, OrderTracker, Stage


def test_an_order_is_active_until_it_ends_on_each_side() -> None:
    order = Order({"baseline": "a", "candidate": "b"})
    order.end("baseline")
    assert order.active
    assert (order.id_on("baseline"), order.id_on("candidate")) == (None, "b")
    order.end("candidate")
    assert not order.active


def test_each_side_has_its_own_stage() -> None:
    order = Order({"baseline": "a", "candidate": "b"})
    order.move("candidate", Stage.COOKING)
    assert order.id_on("candidate", Stage.COOKING) == "b"
    assert order.id_on("baseline", Stage.COOKING) is None
    assert order.is_at(Stage.CONFIRMED)
    assert order.is_at(Stage.COOKING)
    assert not order.is_at(Stage.READY, Stage.DELIVERING)


@pytest.mark.parametrize("status", ["delivered", "cancelled"])
def test_a_final_status_of_the_service_ends_the_order(status: str) -> None:
    order = Order({"candidate": "b"})
    order.update("candidate", status)
    assert not order.active


def test_the_status_of_the_service_sets_the_stage() -> None:
    order = Order({"candidate": "b"})
    order.update("candidate", "ready")
    assert order.id_on("candidate", Stage.READY) == "b"


@pytest.mark.parametrize("status", ["burnt", None, "", "READY"])
def test_an_unknown_status_changes_nothing(status: str | None) -> None:
    order = Order({"candidate": "b"})
    order.update("candidate", status)
    order.update("baseline", status)
    assert order.id_on("candidate", Stage.CONFIRMED) == "b"


def test_the_oldest_order_at_a_stage_comes_first() -> None:
    tracker = OrderTracker()
    orders = [Order({"candidate": name}) for name in "abc"]
    for order in orders:
        tracker.add(order)
    orders[0].move("candidate", Stage.READY)
    assert tracker.oldest_at(Stage.CONFIRMED) is orders[1]
    assert tracker.oldest_at(Stage.READY, Stage.DELIVERING) is orders[0]
    assert tracker.oldest_at(Stage.COOKING) is None


class AnyLife(RuleBasedStateMachine):
    """Whatever happens to orders, the tracker stays bounded and knows the active ones only."""

    def __init__(self) -> None:
        super().__init__()
        self.tracker = OrderTracker()
        self.placed = 0

    @precondition(lambda self: self.tracker.has_room)
    @rule()
    def place(self) -> None:
        self.placed += 1
        self.tracker.add(Order({"candidate": str(self.placed)}))

    @precondition(lambda self: not self.tracker.has_room)
    @rule()
    def too_many(self) -> None:
        with pytest.raises(ValueError, match="at most"):
            self.tracker.add(Order({"candidate": "one too many"}))

    @precondition(lambda self: self.tracker.active)
    @rule(
        pick=st.integers(0, MAXIMUM_ACTIVE - 1),
        status=st.sampled_from([*Stage, "delivered", "cancelled", "?"]),
    )
    def hear(self, pick: int, status: str) -> None:
        orders = self.tracker.active
        orders[pick % len(orders)].update("candidate", status)

    @invariant()
    def bounded(self) -> None:
        assert len(self.tracker.active) <= MAXIMUM_ACTIVE
        assert all(order.active for order in self.tracker.active)
        assert self.tracker.has_room == (len(self.tracker.active) < MAXIMUM_ACTIVE)


TestAnyLife = AnyLife.TestCase
