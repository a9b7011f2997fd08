"""The result for a pull request: the verdict and the table that matters, details folded.

A comment on GitHub holds 65,536 characters, a few of them for what stands around the report, so the table
ends where the room does and says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.figures import UNKNOWN
from mario_perf.model import Severity, Verdict
from mario_perf.reports import heading, phrases
from mario_perf.reports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mario_perf.model import Commit, GateResult, OperationResult, Subject

COMMENT_LIMIT = 65_000
MARKER = "<!-- mario-perf -->"  # by which a script knows a report of ours
_ICONS = {
    "pass": "✅",
    "regressed": "🔺",
    "inconclusive": "❔",
    "invalid": "❗",
    "improved": "🔽",
    "unchanged": "⬜",
}
_HEADING = ("Operation", "Verdict", "Change", "Interval", "p50", "p95", "Errors", "Detectable")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#|~]|:(?=\S))")
_MAX_TEXT = 300  # characters of one name or message


def render(result: GateResult) -> str:
    """The comment, never longer than GitHub takes."""
    return render_within(result, COMMENT_LIMIT)


def render_within(result: GateResult, limit: int) -> str:
    """The same for another place, in at most ``limit`` characters (at least 4,096)."""
    redacted_result = redact(result)
    changed = [one for one in redacted_result.operations if one.verdict is not Verdict.UNCHANGED]
    unchanged = [one for one in redacted_result.operations if one.verdict is Verdict.UNCHANGED]
    head, tail = "\n".join(_head(redacted_result)), "\n".join(_tail(redacted_result, limit // 4))
    text = f"{head}\n{_table(changed, (limit - len(head) - len(tail)) * 2 // 3)}"
    if unchanged:
        room = limit - len(text) - len(tail) - 200
        text += f"\n{_details_block(f'{len(unchanged)} unchanged', _table(unchanged, room))}"
    return f"{text}\n{tail}\n"


def _head(result: GateResult) -> Iterator[str]:
    icon = _ICONS[result.outcome.value]
    yield MARKER
    yield f"### {icon} Performance: {phrases.OUTCOMES[result.outcome].lower()}"
    yield ""
    yield escape(result.sentence)
    yield ""
    if result.scope:
        yield f"Looked at only: {escape(result.scope)}"
        yield ""
    yield from _subject(result.subject)
    yield ""
    counts = (
        f"{number} {verdict.value}"
        for verdict, number in phrases.verdict_counts(result.operations).items()
        if number
    )
    extent = f"{len(result.runs)} runs, {figures.period(result.seconds)} measured"
    yield f"{', '.join(counts) or 'no operations'} · {extent}"
    yield ""


def _subject(subject: Subject) -> Iterator[str]:
    """What was compared, a line for each thing that a reader looks for."""
    facts = [escape(each) for each in (subject.project, subject.branch) if each]
    if subject.pull_request:
        facts.append(_link(escape(subject.pull_request), subject.pull_request_url))
    if subject.run_id:
        facts.append(f"run {escape(subject.run_id)}")
    if facts:
        yield f"{' · '.join(facts)}  "
    yield f"{_commit(subject.candidate)} against {_commit(subject.baseline)}  "
    if subject.service:
        yield f"Service: {escape(subject.service)}"
    if subject.faults:
        yield ""
        yield f"⚠️ **{heading.FAULT}**: {escape(' '.join(subject.faults))}"


def _commit(one: Commit | None) -> str:
    if one is None:
        return heading.UNKNOWN
    return f"{_link(escape(one.revision), one.url)}{f' {escape(one.title)}' if one.title else ''}"


def _link(text: str, url: str) -> str:
    return f"[{text}](<{url.replace('>', '%3E').replace('<', '%3C')}>)" if url else text


def _tail(result: GateResult, room: int) -> Iterator[str]:
    decisive = {Severity.INVALID, Severity.REGRESSED}
    findings = sorted(result.findings, key=lambda one: one.severity not in decisive)
    lines = [f"- **{one.severity.value}**: {escape(one.message)}" for one in findings]
    lines += [f"- {escape(each)}" for each in phrases.bucket_width_hints(result.operations)]
    if lines:
        yield _details_block(f"{len(lines)} findings about the run", _fit_lines(lines, room, "findings"))
    yield ""
    yield (
        f"At most {figures.percent(result.false_alarm_rate)} of gates on an unchanged build raise a false "
        f"alarm. {phrases.method(result)}"
    )


def _table(operations: Iterable[OperationResult], room: int) -> str:
    rows = [_row(one) for one in operations]
    if not rows:
        return ""
    head = f"| {' | '.join(_HEADING)} |\n|---|---|--:|--:|--:|--:|--:|--:|\n"
    return head + _fit_lines(rows, room - len(head), "operations")


def _row(one: OperationResult) -> str:
    decisive, summary = phrases.decisive_comparison(one), one.candidate or one.baseline
    cells = (
        f"**{escape(one.operation.name)}**",
        f"{_ICONS[one.verdict.value]} {one.verdict.value}",
        f"{phrases.subject(decisive)} {phrases.change(decisive)}" if decisive else UNKNOWN,
        phrases.interval(decisive) if decisive else UNKNOWN,
        figures.seconds(summary.p50.value) if summary else UNKNOWN,
        figures.seconds(summary.p95.value) if summary else UNKNOWN,
        figures.percent(summary.error_ratio) if summary else UNKNOWN,
        phrases.detectable(decisive) if decisive else "none",
    )
    return f"| {' | '.join(cells)} |"


def _fit_lines(lines: list[str], room: int, what: str) -> str:
    """As many whole lines as there is room for, and how many are missing."""
    count, used = 0, 0
    while count < len(lines) and used + len(lines[count]) + 1 <= room:
        used += len(lines[count]) + 1
        count += 1
    rest = [f"\n{len(lines) - count} more {what} in the report."] if count < len(lines) else []
    return "\n".join([*lines[:count], *rest])


def _details_block(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def escape(raw: str) -> str:
    """A text that Markdown and HTML show as it is, on one line; a mention in it sends no notification."""
    line = " ".join(raw.split())
    if len(line) > _MAX_TEXT:
        line = f"{line[:_MAX_TEXT]}…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", line).replace("@", "@\u200b")
