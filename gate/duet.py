"""The duet: rounds of both builds side by side, until it is known which is slower."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.errors import UserError
from analysis.judge import Measured, measured
from analysis.model import Finding, GateResult, Outcome, Severity
from analysis.statistics.sequential import Plan, decided, plan
from gate import broken_off
from gate.load import Load, SideDiedError, run
from gate.spoilt import for_good, judged, reasons

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.judge import SourceOf
    from analysis.policy import Policy
    from gate.progress import Narrator
    from gate.sides import Serving


@dataclass(frozen=True, slots=True)
class Duet:
    """Everything a duet needs. Times in seconds; ``most`` rounds, None for as many as there is time for."""

    serving: Serving
    load: Load
    policy: Policy
    source_of: SourceOf
    folder: Path
    longest: float
    most: int | None
    until_decided: bool

    @property
    def plan(self) -> Plan:
        """Looks for as many rounds as there may be; one at the end where all of them are to be played."""
        fitting = max(int(self.longest / self.load.whole_time), 1)
        rounds, promised = min(fitting, self.most or fitting), self.policy.false_alarm_rate
        return plan(promised, rounds) if self.until_decided else Plan(((rounds, promised),))


def play(duet: Duet, narrator: Narrator) -> GateResult:
    """Play rounds until the outcome is known or time is up.

    A side that dies makes the result invalid, and what was measured before stays in it.

    Raises:
        UserError: a service or Locust cannot be started in the first round, or nothing could be measured.
    """
    looks, started = duet.plan, time.monotonic()
    played: list[Measured] = []
    spent, longest, result = 0.0, duet.load.whole_time, None
    for number in range(1, looks.rounds + 1):
        narrator.say(_announcement(duet, number, looks, result))
        began = time.monotonic()
        try:
            played.append(play_round(duet, number, narrator))
        except SideDiedError as died:
            rounds = played or [broken_off.first_run(duet.folder / f"round-{number}", duet.source_of, died)]
            reason = Finding("side-died", Severity.INVALID, str(died))
            return broken_off.invalid(rounds, None, duet.policy, reason)
        except UserError as failed:
            if not played:
                raise
            reason = Finding("round-failed", Severity.INVALID, f"round {number} failed: {failed}")
            return broken_off.invalid(played, None, duet.policy, reason)
        longest = max(longest, time.monotonic() - began)
        no_time_left = time.monotonic() - started + longest > duet.longest
        last = number == looks.rounds or no_time_left or for_good(reasons(played[-1]))
        alpha = duet.policy.false_alarm_rate - spent if last else looks.alpha(number)
        if alpha is None:
            continue
        spent += alpha
        result = judged(played, None, duet.policy, alpha)
        if last or _is_final(result):
            break
    assert result is not None  # noqa: S101 - the last round is always judged
    return result


def _announcement(duet: Duet, number: int, looks: Plan, result: GateResult | None) -> str:
    undecided = (
        ""
        if result is None
        else f", {sum(each.verdict == 'inconclusive' for each in result.operations)} operations still open"
    )
    each = f"about {duet.load.whole_time:.0f} s each"
    return f"round {number} of at most {looks.rounds}, {each}: both builds under the same load{undecided}"


def play_round(duet: Duet, number: int, narrator: Narrator) -> Measured:
    """Start both sides, load them, and measure what they did.

    Raises:
        SideDiedError: a side ended; what was measured until then is in the round's folder.
        UserError: a service or Locust cannot be started, or nothing could be measured.
    """
    folder = duet.folder / f"round-{number}"
    # Another seed every round: the same journeys again and again would measure only them.
    load = replace(duet.load, seed=duet.load.seed + number - 1)
    with duet.serving(number, folder) as sides:
        try:
            played = run(load, sides.candidate, sides.baseline, folder, sides.processes, narrator.tick)
        except SideDiedError as died:
            raise SideDiedError(f"in round {number} {died}") from died
        return measured(played, duet.source_of(played))


def _is_final(result: GateResult) -> bool:
    if result.outcome is Outcome.INVALID:
        return for_good(result.findings)
    return decided(result.operations)
