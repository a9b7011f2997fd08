"""Whether what a record says is what the service counted."""

import re

from mario_perf import runs
from mario_perf.run_record import Side, StepCounts, TargetRecord
from mario_perf.sources.scrapes import scrapes


def executions(body: str) -> dict[str, int]:
    """Of each operation so far, from a scrape."""
    pattern = r'^cqrs_executions_total\{[^}]*type="(\w+)"[^}]*\} (\S+)$'
    return {name: int(float(value)) for name, value in re.findall(pattern, body, re.MULTILINE)}


def scraped(run: runs.Run, side: Side, start: float, end: float) -> dict[str, int]:
    """What the service executed between the last scrape before and the first after, zeros left out."""
    taken = [each for each in scrapes(run.directory / f"scrapes-{side}.jsonl.gz") if "body" in each]
    before = executions([each for each in taken if float(each["time"]) <= start][-1]["body"])
    after = executions(next(each for each in taken if float(each["time"]) >= end)["body"])
    return {name: after[name] - before[name] for name in after if after[name] > before[name]}


def sent(steps: tuple[StepCounts, ...]) -> dict[str, int]:
    """What reached each operation, as the client counted."""
    return {step.operation: step.reached for step in steps if step.operation and step.reached}


def given_up_on(steps: tuple[StepCounts, ...]) -> int:
    """Requests that the service may have executed, though their answers were not waited for."""
    return sum(step.abandoned for step in steps)


def agree(run: runs.Run, target: TargetRecord) -> bool:
    """Client and service, on the whole run and on the window."""
    whole, window = run.record.whole_run, run.record.window
    return sent(target.whole_run) == scraped(run, target.side, whole.start, whole.end) and sent(
        target.in_window
    ) == scraped(run, target.side, window.start, window.end)
