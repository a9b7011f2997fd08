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

UNDER_LOAD = f"{SLOW} under load"


def _both_parts(name: str, operation: str | None = None, *faults: str) -> Condition:
    return Condition(f"both parts: {name}", ("--part", "both", *faults), operation)


BOTH_PARTS = (
    _both_parts("unchanged"),
    _both_parts("lock of 10 ms", UNDER_LOAD, "--lock", f"{SLOW}=10ms"),
    _both_parts("pool of one", UNDER_LOAD, "--pool", f"{SLOW}=1"),
    _both_parts("1 ms of the interpreter", SLOW, "--spin", f"{SLOW}=1ms"),
)
"""A gate of both parts: what a single user cannot see should be named under load."""


def _cost(name: str, cost: str, *fault: str) -> Condition:
    return Condition(f"cost: {name}", ("--part", "alone", *fault), cost or None)


COSTS = (
    _cost("unchanged", ""),
    _cost("one SQL statement more", "SQL statements", "--query", f"{SLOW}=1"),
    _cost("1 ms of CPU after the answer", "CPU time", "--burn", f"{SLOW}=1ms"),
    _cost("4 kB leak", "growth of memory", "--leak", f"{SLOW}=4kB"),
    _cost("reads all orders", f"growth of the time of {SLOW}", "--grow", SLOW),
)
"""What costs more though few wait longer. The cost should be named, whatever else is."""

BY_NAME = {each.name: each for each in (UNCHANGED, *CHANGED, *BOTH_PARTS, *COSTS)}

CYCLE = tuple(each for changed in CHANGED for each in (UNCHANGED, changed))
"""Every second gate is unchanged: false alarms are rare, and take the most gates to count."""

CYCLE_OF_BOTH = tuple(each for changed in BOTH_PARTS[1:] for each in (BOTH_PARTS[0], changed))
"""The same for gates of both parts."""

CYCLE_OF_COSTS = tuple(each for changed in COSTS[1:] for each in (COSTS[0], changed))
"""The same for costs."""
