"""What a gate will have to judge by: executions of each operation, foretold from a round. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mario_perf.doctor.diagnosis import MAX_SECONDS, Diagnosis, Rating
from mario_perf.errors import listed
from mario_perf.gate import round_plan
from mario_perf.gate.gate_session import REPORT_SECONDS
from mario_perf.gate.load_plan import ROUND_WINDOW

if TYPE_CHECKING:
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.round_plan import RoundCost

_ROUND_UP_TO: Final = 10.0
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class _Gate:
    """A gate whose rounds are as the one that was played."""

    cost: RoundCost
    window: float

    @property
    def round_seconds(self) -> float:
        return self.cost.overhead + self.window

    def executions(self, name: str, seconds: float) -> int:
        rounds = max(int((seconds - REPORT_SECONDS) / self.round_seconds), 1)
        return int(self._in_a_round(name) * rounds)

    def seconds(self, name: str, executions: int) -> float:
        rounds = math.ceil(executions / max(self._in_a_round(name), 1e-9))
        return REPORT_SECONDS + rounds * self.round_seconds

    def _in_a_round(self, name: str) -> float:
        return self.cost.executions[name] * self.window / self.cost.window


def of_samples(cost: RoundCost, policy: Policy) -> Diagnosis:
    """Executions that a gate of the usual length will have, against those that "unchanged" needs."""
    gate = _Gate(cost, round_plan.next_window(ROUND_WINDOW, [cost], MAX_SECONDS - REPORT_SECONDS))
    expected = {name: gate.executions(name, MAX_SECONDS) for name in cost.executions}
    fewest = listed((f"{count} of {name}" for name, count in _fewest_first(expected)), max_items=_SHOWN)
    found = f"a gate of {MAX_SECONDS:.0f} s will have about {fewest}"
    needed = {name: policy.of(name).min_samples for name in expected}
    short = [name for name, count in expected.items() if count < needed[name]]
    if not short:
        return Diagnosis(Rating.OK, "samples", found)
    longest = max(gate.seconds(name, needed[name]) for name in short)
    return Diagnosis(
        Rating.ATTENTION,
        "samples",
        f"{found}; too few to call {listed(short)} unchanged (min_samples)",
        _advice(gate, longest),
    )


def _advice(gate: _Gate, seconds: float) -> str:
    advised = math.ceil(seconds / _ROUND_UP_TO) * _ROUND_UP_TO
    longer = f" --round-duration {math.ceil(gate.cost.overhead)}" if gate.cost.overhead > gate.window else ""
    return f"give --max-duration {advised:.0f}{longer}, or send these steps more often"


def _fewest_first(expected: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(expected.items(), key=lambda each: each[1])
