"""Whether the capacity of one build is lower than that of another: blocks until it is known. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mario_perf.capacity import capacity_ratio
from mario_perf.errors import counted
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Generator

    from mario_perf.capacity.capacity_ratio import Block, BlockCost, RatioPosterior

NOISE: Final = 0.03
"""Relative drop that is worth acting on."""

EXCLUDED_DROP: Final = 0.1
"""Relative drop that a pass promises is absent."""

_MOST_ADVISED: Final = 8
"""Times as many blocks, up to which more time is advised."""


@dataclass(frozen=True, slots=True)
class RatioRule:
    """When it is known: the share of ``false_alarms`` holds for a drop of ``noise``, whenever one stops."""

    noise: float
    false_alarms: float

    @property
    def excluded_drop(self) -> float:
        """What a pass rules out."""
        return max(self.noise, EXCLUDED_DROP)

    def verdict(self, low: float, high: float) -> Verdict:
        """By the interval of the logarithmic ratio."""
        if high < math.log1p(-self.noise):
            return Verdict.REGRESSED
        if low > math.log1p(self.noise):
            return Verdict.IMPROVED
        return Verdict.UNCHANGED if low > math.log1p(-self.excluded_drop) else Verdict.INCONCLUSIVE


@dataclass(frozen=True, slots=True)
class RatioChange:
    """Candidate against baseline: about ``value``, and between ``low`` and ``high``, relative.

    ``high`` is infinite where it may be more than double. ``capacity`` is the baseline's, a second.
    """

    verdict: Verdict
    value: float
    low: float
    high: float
    capacity: float
    blocks: tuple[Block, ...]
    reason: str


def search(rule: RatioRule, guess: float, cost: BlockCost) -> Generator[float, Block | None, RatioChange]:
    """Yields the rate of the next block, is sent the block, and returns what is known when it is enough.

    Where the time is over it is sent None. The baseline's capacity is about ``guess``.
    """
    known, blocks = capacity_ratio.prior(guess), list[capacity_ratio.Block]()
    while True:
        if (block := (yield capacity_ratio.next_rate(known, cost))) is None:
            return _change(rule, known, blocks)
        blocks.append(block)
        known = _learn(known, block)
        if rule.verdict(*known.interval(rule.false_alarms)) is not Verdict.INCONCLUSIVE:
            return _change(rule, known, blocks)


def _learn(known: RatioPosterior, block: Block) -> RatioPosterior:
    better = capacity_ratio.better_guess(known, block)
    return capacity_ratio.learn(known if better is None else capacity_ratio.recentre(known, better), block)


def _change(rule: RatioRule, known: RatioPosterior, blocks: list[Block]) -> RatioChange:
    low, high = known.interval(rule.false_alarms)
    verdict = rule.verdict(low, high)
    return RatioChange(
        verdict,
        value=math.expm1(known.median),
        low=math.expm1(low),
        high=math.expm1(high),
        capacity=known.capacity,
        blocks=tuple(blocks),
        reason=_reason(verdict, rule, (low, known.median, high), len(blocks)),
    )


def _reason(verdict: Verdict, rule: RatioRule, ratio: tuple[float, float, float], blocks: int) -> str:
    if verdict is Verdict.INCONCLUSIVE:
        return f"the time was over; {_advice(rule, ratio, blocks)}"
    if verdict is Verdict.UNCHANGED:
        return f"a drop of {rule.excluded_drop:.0%} is ruled out"
    return f"more than the noise of {rule.noise:.0%}"


def _advice(rule: RatioRule, ratio: tuple[float, float, float], blocks: int) -> str:
    """How many blocks would be enough: an interval is half as wide after four times as many."""
    low, median, high = ratio
    regressed, absent = math.log1p(-rule.noise) - median, median - math.log1p(-rule.excluded_drop)
    factors = [
        (reach / room) ** 2
        for reach, room in ((high - median, regressed), (median - low, absent))
        if room > 0 and math.isfinite(reach)
    ]
    needed = math.ceil(blocks * min(factors, default=math.inf)) if factors and blocks else math.inf
    if needed > _MOST_ADVISED * max(blocks, 1):
        return "give a longer --max-duration, or use a calmer machine"
    return f"about {counted(int(needed), 'block')} would be enough: give a longer --max-duration"
