"""The result inside GitHub Actions: annotations on the log, and the summary of the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.model import Outcome, Severity, Verdict
from mario_perf.reports import cost_phrases, heading, markdown_report, phrases
from mario_perf.reports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import GateResult, Subject

SUMMARY_LIMIT = 1024 * 1024 // 4  # characters; a step's summary holds 1 MiB, a character up to 4 bytes
SUMMARY = markdown_report.Room(SUMMARY_LIMIT, moved=1000, undecided=1000, findings=1000)
_MAX_ANNOTATIONS = 9  # GitHub shows ten annotations of a level a step
_LEVELS = {
    Outcome.PASS: "notice",
    Outcome.REGRESSED: "error",
    Outcome.INVALID: "error",
    Outcome.INCONCLUSIVE: "warning",
    Outcome.RECORDED: "notice",
}


def render(result: GateResult) -> str:
    """Workflow commands to be printed, one a line: the verdict, what got worse, what is invalid."""
    return "\n".join(_commands(redact(result))) + "\n"


def step_summary(result: GateResult) -> str:
    """Markdown for the file that ``GITHUB_STEP_SUMMARY`` names."""
    return markdown_report.render_within(result, SUMMARY)


def _commands(result: GateResult) -> Iterator[str]:
    name = heading.name(result.subject)
    title = f"Performance: {phrases.OUTCOMES[result.outcome].lower()}{f' ({name})' if name else ''}"
    yield _command(_LEVELS[result.outcome], title, f"{result.sentence} {_subject_sentence(result.subject)}")
    regressed = [one for one in result.operations if one.verdict is Verdict.REGRESSED]
    for one in regressed[:_MAX_ANNOTATIONS]:
        yield _command("error", f"{one.title} regressed", one.explanation)
    risen = [cost for cost in result.costs if cost.verdict is Verdict.REGRESSED]
    for cost in risen[: _MAX_ANNOTATIONS - len(regressed[:_MAX_ANNOTATIONS])]:
        yield _command("error", f"{cost_phrases.title(cost)} rose", cost.explanation)
    notable = [one for one in result.findings if one.severity is not Severity.NOTE]
    for finding in notable[:_MAX_ANNOTATIONS]:
        yield _command("warning", f"{finding.severity.value}: {finding.code}", finding.message)


def _subject_sentence(subject: Subject) -> str:
    fault = f" {heading.FAULT}: {' '.join(subject.faults)}." if subject.faults else ""
    return f"Compared: {heading.builds(subject)}.{fault}"


def _command(level: str, title: str, message: str) -> str:
    # https://docs.github.com/actions/reference/workflow-commands-for-github-actions: what ends a line or a
    # property is percent-encoded.
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    name = title.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{level} title={name.replace(':', '%3A').replace(',', '%2C')}::{escaped}"
