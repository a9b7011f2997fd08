"""What is done to the candidate, and what a gate should say."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

FAST = "GetMenuQuery"
SLOW = "PlaceOrderCommand"
FAILING = "StartCookingCommand"
LEAF = "GetKitchenStatusQuery"
"""No other step needs its answer."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A name, the gate's options that bring it about, and the operation that should be named.

    A ``patch`` of the folder beside this file changes the candidate where no option does. So many
    ``busy_processes`` run beside the gate.
    """

    name: str
    options: tuple[str, ...] = ()
    operation: str | None = None
    patch: str | None = None
    busy_processes: int = 0


UNCHANGED = Condition("unchanged")

ALIKE = tuple(
    Condition(f"unchanged but for {what}", patch=patch)
    for what, patch in (
        ("a dead function", "dead-function"),
        ("a comment", "comment"),
        ("a file's name", "renamed-file"),
    )
)
"""Candidates of other code that does the same."""


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

_LEVELS = ("--part", "load", "--levels", "25%,50%,90%")
LEVELS = (
    Condition("levels: unchanged", _LEVELS),
    Condition("levels: lock of 10 ms", (*_LEVELS, "--lock", f"{SLOW}=10ms"), UNDER_LOAD),
)
"""Load curves of both builds, at three shares of what the baseline carries."""


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

GROSS = (
    Condition("5 s longer", ("--delay", f"{FAST}=5s"), FAST),
    Condition("0.5 s longer", ("--delay", f"{SLOW}=500ms"), SLOW),
    Condition("half of the answers are 503, which no metric tells", operation=LEAF, patch="client-failures"),
    Condition("5 ms longer outside of the handler", operation=LEAF, patch="outside-the-handler"),
    Condition("0.4 % take a second longer", operation=LEAF, patch="rare-second"),
)
"""What nobody would miss, and what a trimmed mean of the handler's time does not show."""

BUSY_PROCESSES = 4
"""On two cores."""

BUSY = (
    Condition("four busy processes: unchanged", busy_processes=BUSY_PROCESSES),
    Condition(
        f"four busy processes: {SLOW} +20 %",
        ("--slow", f"{SLOW}=1.2"),
        SLOW,
        busy_processes=BUSY_PROCESSES,
    ),
)

_BURNING = (SLOW, FAST, FAILING, LEAF)
COSTS_BUSY = (
    Condition("two busy processes: unchanged, with costs", ("--part", "alone"), busy_processes=2),
    Condition(
        "two busy processes: 3 % more CPU time",
        ("--part", "alone", *(word for name in _BURNING for word in ("--burn", f"{name}=0.03ms"))),
        "CPU time",
        busy_processes=2,
    ),
)
"""Work after the answers of four operations: 3 % of all CPU time, too little to be seen in one of them."""

TUNED = (*BOTH_PARTS, *LEVELS, *COSTS, *GROSS, *BUSY, *COSTS_BUSY)
"""Of these only gates count that the code of today judged."""

BY_NAME = {each.name: each for each in (UNCHANGED, *ALIKE, *CHANGED, *TUNED)}

CYCLE = tuple(
    each
    for same, changed in zip(cycle((UNCHANGED, *ALIKE)), CHANGED, strict=False)
    for each in (same, changed)
)
"""Every second gate is unchanged: false alarms are rare, and take the most gates to count."""


def _beside_unchanged(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The same, where the first of all is unchanged."""
    return tuple(each for changed in conditions[1:] for each in (conditions[0], changed))


CYCLES = {
    "both-parts": _beside_unchanged(BOTH_PARTS),
    "levels": _beside_unchanged(LEVELS),
    "costs": _beside_unchanged(COSTS),
    "gross": GROSS,
    "busy": (*BUSY, *COSTS_BUSY),
}
"""What else can be played, by option."""
