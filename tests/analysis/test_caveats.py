"""What a reader must know of a comparison."""

from dataclasses import dataclass

import pytest

from analysis.caveats import unequal_work
from analysis.model import Severity
from analysis.run_record import Side, StepCounts, TargetRecord


@dataclass(frozen=True)
class Sent:
    """Requests of one side by step, and how many of the first step failed."""

    placed: int
    cooked: int
    failed: int = 0

    def target(self, side: Side) -> TargetRecord:
        steps = (
            StepCounts(step="place order", started=self.placed, failed=self.failed),
            StepCounts(step="cook order", started=self.cooked),
        )
        return TargetRecord(
            side=side,
            url="http://127.0.0.1",
            metrics_url="http://127.0.0.1/metrics",
            whole_run=steps,
            in_window=steps,
        )


def told(baseline: Sent, candidate: Sent) -> list[Severity]:
    targets = (baseline.target("baseline"), candidate.target("candidate"))
    return [finding.severity for finding in unequal_work(targets)]


def test_sides_that_were_sent_the_same_need_no_words() -> None:
    assert told(Sent(200, 200), Sent(200, 198)) == []


def test_a_side_that_was_sent_less_without_a_reason_cannot_be_compared() -> None:
    assert told(Sent(200, 200), Sent(200, 150)) == [Severity.INVALID]


@pytest.mark.parametrize("failed", [40, 200])
def test_what_fails_has_no_next_step_and_stays_to_be_judged(failed: int) -> None:
    """A candidate that fails often must end red, and not as a run that cannot be judged."""
    assert told(Sent(200, 200), Sent(200, 200 - failed, failed)) == [Severity.WARNING]


def test_failures_explain_no_more_than_as_many_steps() -> None:
    assert told(Sent(200, 200), Sent(200, 100, 40)) == [Severity.INVALID]
