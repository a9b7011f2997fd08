"""What was compared, in words: the top of every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.reports import phrases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import Commit, GateResult, Subject

UNKNOWN = "commit not known"
FAULT = "Fault injected"


def name(subject: Subject) -> str:
    """Project, branch and pull request, as far as they are known."""
    return " ".join(each for each in (subject.project, subject.branch, subject.pull_request) if each)


def title(result: GateResult) -> str:
    """Of a browser's tab, where the beginning must tell two reports apart."""
    subject = result.subject
    fault = FAULT.lower() if subject.faults else ""
    commit = subject.candidate.revision if subject.candidate else ""
    run = subject.run_id or result.created_at[:16]
    parts = (phrases.OUTCOMES[result.outcome], name(subject), commit, fault, run, "performance gate")
    return " · ".join(each for each in parts if each)


def builds(subject: Subject) -> str:
    """Both builds, in a sentence."""
    return f"candidate {commit(subject.candidate)} against baseline {commit(subject.baseline)}"


def commit(build: Commit | None) -> str:
    """A build by its revision and the title of its commit."""
    if build is None:
        return UNKNOWN
    return f"{build.revision} “{build.title}”" if build.title else build.revision


def facts(result: GateResult) -> Iterator[tuple[str, str]]:
    """A label and a text a line."""
    subject = result.subject
    if project := name(subject):
        yield "project", project
    yield "candidate", commit(subject.candidate)
    if not phrases.without_baseline(result):
        yield "baseline", commit(subject.baseline)
    if subject.service:
        yield "service", subject.service
    if subject.run_id:
        yield "run", subject.run_id
    if subject.faults:
        yield FAULT.lower(), " ".join(subject.faults)
