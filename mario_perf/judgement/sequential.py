"""When to look, and what each look may spend of the promise.

A gate that looked after every round and stopped at the first red would be red too often: many chances to be
wrong. The looks are therefore planned, and the false-alarm rate is divided among them by a spending function
(``multiplicity.spending``): whatever the data do, the chance that any look is wrongly red stays below the
whole. The division holds for any dependence between looks (Bonferroni), as each look's increment is
used alone. A gate may be continued: it keeps a part for that, and who continues it keeps a part of the rest.

Green has as many chances to be wrong. Each look may call a rise as large as the resolution absent with the
same small chance (``multiplicity.chance_per_look``), so that all looks together do so with a
chance of ``MISS_RATE``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.model import Verdict
from mario_perf.statistics.multiplicity import MISS_RATE, chance_of_any, chance_per_look, spending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.model import Comparison, OperationResult
    from mario_perf.run_record import Look

FIRST_LOOK = 3
"""Rounds before the first look: with fewer, nothing shows how far rounds lie apart."""

MIN_ROUNDS_FOR_RED = 5
"""Rounds before which only what is gross is red. Where processes of one build have two modes, all three of
the candidate are slow and all three of the baseline fast in one gate of 64; all five in one of 1,024."""

EARLY_SHARE = 0.05
"""What looks before that may spend, as a share of the promise: gross is seen with little."""

GROWTH = 1.5
"""Each look has about this many times the rounds of the one before: few looks, and no long wait."""


KEPT = 0.1
"""Share of what is left that a gate keeps, so that it can be continued."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Looks after these numbers of rounds (ascending), with what each may spend; and those of before.

    ``early`` are looks at counts of work alone, which nothing disturbs: one or two rounds show their change.
    """

    looks: tuple[tuple[int, float], ...]
    earlier: tuple[tuple[int, float], ...] = ()
    """Numbers of rounds, and chance of a miss."""
    early: tuple[tuple[int, float], ...] = ()

    def alpha(self, rounds: int) -> float | None:
        """What the look after ``rounds`` rounds may spend; None when no look is planned there."""
        return dict(self.looks).get(rounds)

    @property
    def rounds(self) -> int:
        return self.looks[-1][0]

    @property
    def budget(self) -> float:
        """What all looks of the plan may spend."""
        return sum(alpha for _, alpha in (*self.early, *self.looks))

    @property
    def miss_rate(self) -> float:
        """The chance with which each look may miss a rise as large as the resolution."""
        missed = chance_of_any(self.earlier)
        chance = missed + (1 - KEPT) * (MISS_RATE - missed)
        return chance_per_look(chance, tuple(rounds for rounds, _ in self.looks), self.earlier)


def plan(
    false_alarm_rate: float, rounds: int, earlier: Sequence[Look] = (), *, until_decided: bool = True
) -> Plan:
    """Looks for a gate of at most ``rounds`` rounds (>= 1): one at the end, or several until it is decided.

    A gate that is continued has ``earlier`` looks, and more rounds than they saw: it goes on as a longer gate
    would, and spends what they left.
    """
    played = max((len(look.runs) for look in earlier), default=0)
    numbers = [each for each in (_looks(rounds) if until_decided else (rounds,)) if each > played]
    budget = false_alarm_rate * (1 - sum(look.spent for look in earlier)) * (1 - KEPT)
    before = _share(played, rounds)
    early = () if played or not until_decided else tuple(range(1, min(FIRST_LOOK, numbers[0])))
    shares = [(_share(number, rounds) - before) / (1 - before) for number in (*early, *numbers)]
    increments = [budget * (after - least) for least, after in zip([0.0, *shares], shares, strict=False)]
    spent = tuple(zip((*early, *numbers), increments, strict=True))
    return Plan(
        spent[len(early) :],
        tuple((len(look.runs), look.missed) for look in earlier),
        spent[: len(early)],
    )


def _share(number: int, rounds: int) -> float:
    """What is spent of the promise after the look at this number of rounds."""
    if number < min(MIN_ROUNDS_FOR_RED, rounds):
        return EARLY_SHARE * number / MIN_ROUNDS_FOR_RED
    return EARLY_SHARE + (1 - EARLY_SHARE) * spending(1.0, number / rounds)


_DECIDED = frozenset({Verdict.IMPROVED, Verdict.UNCHANGED, Verdict.ACCEPTED})


def is_decided(results: Iterable[OperationResult]) -> bool:
    """Whether more rounds could no longer change the gate's outcome.

    One confirmed regression makes the gate red, whatever else comes. It is green when no operation is open.
    A broken limit of the policy confirms nothing, since it is read from what there is, and few executions may
    break it by chance: it stays open until there are no more rounds.
    """
    operations = list(results)
    confirmed = any(
        _has_regressed(check)
        for result in operations
        if result.verdict is Verdict.REGRESSED
        for check in result.comparisons
    )
    return confirmed or all(result.verdict in _DECIDED for result in operations)


def _has_regressed(check: Comparison) -> bool:
    return check.gating and check.against == "baseline" and check.verdict is Verdict.REGRESSED


def _looks(rounds: int) -> tuple[int, ...]:
    """Backwards from the last, so that no two looks stand close together."""
    numbers = []
    number = rounds
    while number >= FIRST_LOOK:
        numbers.append(number)
        number = min(round(number / GROWTH), number - 1)
    return tuple(reversed(numbers)) or (rounds,)
