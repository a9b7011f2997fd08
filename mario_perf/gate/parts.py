"""A gate's two parts, one after the other: alone, and under load."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from mario_perf import runs
from mario_perf.errors import UserError
from mario_perf.gate import duet, earlier_rounds, offered_rate
from mario_perf.gate.load_process import OutOfTimeError
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.part_combination import combine
from mario_perf.model import Outcome
from mario_perf.validity import incidents
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mario_perf.gate.duet import Duet
    from mario_perf.gate.earlier_rounds import EarlierRounds
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.gate.sides import Serving
    from mario_perf.model import Finding, GateResult
    from mario_perf.reports.progress import Narrator
    from mario_perf.run_record import Part

TURN: Final = 0.6
"""Seconds for which one build is under load before the other: short against what drifts on a machine."""

WINDOW: Final = 7.2
"""Seconds of turns in a round, both builds together. Where requests queue, more differs within a round than
from process to process: in the same time, fewer and longer rounds leave less undecided."""

WARM_UP: Final = 0.8
"""Seconds, half of them for each build."""

LEAST_TIME: Final = 0.25
"""Share of a gate's time that the part alone leaves to the part under load: enough of three minutes for the
capacity and three rounds, which show what is gross. A part alone that is open then, and suspects nothing,
would mostly stay open; one that suspects something takes that time, too, unless the policy keeps it."""

_DECIDED: Final = frozenset({Outcome.PASS, Outcome.REGRESSED})
"""Outcomes of a part that more rounds do not change."""

_KNOWN: Final = frozenset({Outcome.REGRESSED, Outcome.INVALID})
"""Outcomes of the part alone that are the gate's, whatever comes."""


@dataclass(frozen=True, slots=True)
class PartsPlan:
    """What is played: the duet with the time of the whole gate, and the baseline by itself."""

    duet: Duet
    baseline: Serving
    parts: tuple[Part, ...]
    clock_start: float  # of the gate, by the monotonic clock
    earlier: Mapping[Part, EarlierRounds] = field(default_factory=dict)  # of a gate that is continued

    @property
    def promise(self) -> float:
        """The share of the false-alarm rate that each part may spend."""
        return 1 / len(self.parts)

    def before(self, part: Part) -> EarlierRounds:
        """The rounds that a part has already."""
        return self.earlier.get(part, earlier_rounds.NONE)

    @property
    def next_under_load(self) -> Path:
        """The folder of the next round. It holds none of the rounds that count already."""
        return self.duet.folder / f"load-{self.before('load').number + 1}"

    def judged(self, part: Part) -> GateResult | None:
        """What a part of a gate that is continued came to; None where it had no rounds."""
        rounds = self.before(part)
        if not rounds.runs:
            return None
        return conclude(rounds.runs, None, self.duet.policy, rounds.incidents, self.promise)

    def known(self, part: Part) -> GateResult | None:
        """The same, if more rounds would not change it."""
        result = self.judged(part)
        return result if result and result.outcome in _DECIDED else None


def play(
    plan: PartsPlan,
    narrator: Narrator,
    play_duet: Callable[[Duet, Narrator], GateResult] = duet.play,
) -> GateResult:
    """Play the parts that were asked for, and judge them together.

    Ends after the part alone where that is the outcome already. A part under load that cannot be played, or
    fails, is said to be so, and the other is judged.

    Raises:
        InvalidRunError: a side died before anything was measured.
        UserError: nothing could be measured.
    """
    known = {part: plan.known(part) for part in plan.parts}
    results: list[GateResult] = []
    if "alone" in plan.parts:
        alone = _alone(plan, load_follows=_is_open("load", known))
        results.append(known["alone"] or play_duet(alone, narrator))
        if plan.duet.until_decided and results[0].outcome in _KNOWN:
            return results[0]
    if "load" not in plan.parts:
        return results[0]
    if known["load"]:
        return combine([*results, known["load"]])
    return _play_under_load(plan, results, narrator, play_duet)


def _play_under_load(
    plan: PartsPlan,
    results: Sequence[GateResult],
    narrator: Narrator,
    play_duet: Callable[[Duet, Narrator], GateResult],
) -> GateResult:
    """The answer of the gate, with what was played before."""
    try:
        under_load = _under_load(plan, narrator)
    except UserError as error:
        return _without_load(plan, results, Code.PART_NOT_PLAYED.finding(reason=str(error)), error)
    incidents.remove(plan.next_under_load)  # an earlier gate may have said that nothing was played
    try:
        return combine([*results, play_duet(under_load, narrator)])
    except OutOfTimeError as error:
        return _without_load(plan, results, Code.PART_NOT_PLAYED.finding(reason=str(error)), error)
    except UserError as error:
        return _without_load(plan, results, Code.PART_FAILED.finding(reason=str(error)), error)


def _without_load(
    plan: PartsPlan, results: Sequence[GateResult], finding: Finding, error: Exception
) -> GateResult:
    """The answer of the part alone, where it was played, and of rounds under load that were played before."""
    before = plan.judged("load")
    if before and Code.PART_NOT_PLAYED.is_in(finding):
        return combine([*results, before])
    if not results:
        raise error
    incidents.keep(plan.next_under_load, finding)
    return combine([*results, *([before] if before else [])], (finding,))


def _is_open(part: Part, known: Mapping[Part, GateResult | None]) -> bool:
    """Whether a part was asked for, and is not decided yet."""
    return part in known and known[part] is None


def _alone(plan: PartsPlan, *, load_follows: bool) -> Duet:
    """The part alone, without what the policy keeps for load, and with what it leaves over for it."""
    whole = plan.duet
    time_left = whole.max_duration - whole.elapsed
    kept = whole.policy.load_time * load_follows
    return replace(
        whole,
        max_duration=whole.max_duration - kept * time_left,
        left_over=max(LEAST_TIME - kept, 0.0) * load_follows * time_left,
        promise=plan.promise,
        earlier=plan.before("alone"),
    )


def _under_load(plan: PartsPlan, narrator: Narrator) -> Duet:
    """The part under load, with all the time that is left, and the rate that the baseline's capacity allows.

    Raises:
        OutOfTimeError: not even a round fits.
        SideDiedError: the baseline ended.
        UserError: the baseline's capacity cannot be found.
    """
    whole, before = plan.duet, plan.before("load")
    rate = whole.load.rate
    if before.runs:
        rate = before.runs[-1].record.rate or rate
    if rate is None:
        if time.monotonic() - plan.clock_start + WINDOW > whole.max_duration:
            raise OutOfTimeError("no time was left for a round; give a longer --max-duration")
        narrator.say("finding what the baseline can carry, to load both builds with a share of it")
        share, folder = whole.policy.load.capacity_share, whole.folder / runs.CAPACITY
        rate = offered_rate.find(in_turns(whole.load, 1.0), share, plan.baseline, folder, narrator.tick)
    elapsed = time.monotonic() - plan.clock_start
    return replace(
        whole, load=in_turns(whole.load, rate), elapsed=elapsed, promise=plan.promise, earlier=before
    )


def in_turns(
    load: LoadPlan, rate: float, users: int = offered_rate.USERS, window: float = WINDOW
) -> LoadPlan:
    """The load of one build at a time; ``users`` of each from the start, as many as find the capacity."""
    return replace(load, rate=rate, users=2 * users, alternate=TURN, warm_up=WARM_UP, window=window)
