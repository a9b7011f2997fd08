"""What is done to the candidate, and what a gate should say."""

from __future__ import annotations

from dataclasses import dataclass

FAST = "GetMenuQuery"
SLOW = "PlaceOrderCommand"
FAILING = "StartCookingCommand"


@dataclass(frozen=True, slots=True)
class Condition:
    """A name, the gate's options that bring it about, and the operation that should be named."""

    name: str
    options: tuple[str, ...] = ()
    operation: str | None = None


UNCHANGED = Condition("unchanged")


def _slowed(operation: str, percent: int) -> Condition:
    return Condition(f"{operation} +{percent} %", ("--slow", f"{operation}={1 + percent / 100}"), operation)


CHANGED = (
    _slowed(SLOW, 10),
    _slowed(FAST, 10),
    Condition(f"{FAILING} fails 2 %", ("--fail", f"{FAILING}=0.02"), FAILING),
    _slowed(SLOW, 20),
    _slowed(FAST, 20),
    _slowed(SLOW, 5),
    _slowed(FAST, 5),
    Condition(f"{FAILING} fails 0.5 %", ("--fail", f"{FAILING}=0.005"), FAILING),
)

BY_NAME = {each.name: each for each in (UNCHANGED, *CHANGED)}

CYCLE = tuple(each for changed in CHANGED for each in (UNCHANGED, changed))
"""Every second gate is unchanged: false alarms are rare, and take the most gates to count."""
