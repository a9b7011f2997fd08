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
from mario_perf.reports.redaction import redacted

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
    "accepted": "🔸",
    "recorded": "📋",
}
_HEADING = ("Operation", "Verdict", "Change", "Interval", "p50", "p95", "Errors", "Detectable")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#|~]|:(?=\S))")
_LONGEST = 300  # characters of one name or message


def render(result: GateResult) -> str:
    """The comment, never longer than GitHub takes."""
    return within(result, COMMENT_LIMIT)


def within(result: GateResult, limit: int) -> str:
    """The same for another place, in at most ``limit`` characters (at least 4,096)."""
    shown = redacted(result)
    moved = [one for one in shown.operations if one.verdict is not Verdict.UNCHANGED]
    steady = [one for one in shown.operations if one.verdict is Verdict.UNCHANGED]
    head, tail = "\n".join(_head(shown)), "\n".join(_tail(shown, limit // 4))
    text = f"{head}\n{_table(moved, (limit - len(head) - len(tail)) * 2 // 3)}"
    if steady:
        room = limit - len(text) - len(tail) - 200
        text += f"\n{_folded(f'{len(steady)} unchanged', _table(steady, room))}"
    return f"{text}\n{tail}\n"


def _head(result: GateResult) -> Iterator[str]:
    icon = _ICONS[result.outcome.value]
    yield MARKER
    yield f"### {icon} Performance: {phrases.OUTCOMES[result.outcome].lower()}"
    yield ""
    yield escaped(result.sentence)
    yield ""
    yield from (f"{escaped(each)}  " for each in result.reasons)
    yield from (f"**Next:** {escaped(each)}  " for each in result.next_steps)
    yield ""
    yield from _subject(result.subject)
    yield ""
    counts = (
        f"{number} {verdict.value}" for verdict, number in phrases.tally(result.operations).items() if number
    )
    measured = f"{len(result.runs)} runs, {figures.period(result.seconds)} measured"
    yield f"{', '.join(counts) or 'no operations'} · {measured}"
    yield ""


def _subject(subject: Subject) -> Iterator[str]:
    """What was compared, a line for each thing that a reader looks for."""
    known = [escaped(each) for each in (subject.project, subject.branch) if each]
    if subject.pull_request:
        known.append(_link(escaped(subject.pull_request), subject.pull_request_url))
    if subject.run_id:
        known.append(f"run {escaped(subject.run_id)}")
    if known:
        yield f"{' · '.join(known)}  "
    yield f"{_commit(subject.candidate)} against {_commit(subject.baseline)}  "
    if subject.service:
        yield f"Service: {escaped(subject.service)}"
    if subject.faults:
        yield ""
        yield f"⚠️ **{heading.FAULT}**: {escaped(' '.join(subject.faults))}"


def _commit(one: Commit | None) -> str:
    if one is None:
        return heading.UNKNOWN
    return f"{_link(escaped(one.revision), one.url)}{f' {escaped(one.title)}' if one.title else ''}"


def _link(text: str, url: str) -> str:
    return f"[{text}](<{url.replace('>', '%3E').replace('<', '%3C')}>)" if url else text


def _tail(result: GateResult, room: int) -> Iterator[str]:
    decisive = {Severity.INVALID, Severity.REGRESSED}
    ordered = sorted(result.findings, key=lambda one: one.severity not in decisive)
    lines = [f"- **{one.severity.value}**: {escaped(one.message)}" for one in ordered]
    lines += [f"- {escaped(each)}" for each in phrases.all_unjudged(result.operations)]
    if lines:
        yield _folded(f"{len(lines)} findings about the run", _fitting(lines, room, "findings"))
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
    return head + _fitting(rows, room - len(head), "operations")


def _row(one: OperationResult) -> str:
    spoken, measured = one.spoken, one.candidate or one.baseline
    cells = (
        f"**{escaped(one.operation.name)}**",
        f"{_ICONS[one.verdict.value]} {one.verdict.value}",
        f"{phrases.subject(spoken)} {phrases.change(spoken)}" if spoken else UNKNOWN,
        phrases.interval(spoken) if spoken else UNKNOWN,
        figures.seconds(measured.p50.value) if measured else UNKNOWN,
        figures.seconds(measured.p95.value) if measured else UNKNOWN,
        figures.percent(measured.error_ratio) if measured else UNKNOWN,
        phrases.detectable(spoken) if spoken else "none",
    )
    return f"| {' | '.join(cells)} |"


def _fitting(lines: list[str], room: int, what: str) -> str:
    """As many whole lines as there is room for, and how many are missing."""
    kept, used = 0, 0
    while kept < len(lines) and used + len(lines[kept]) + 1 <= room:
        used += len(lines[kept]) + 1
        kept += 1
    left_out = [f"\n{len(lines) - kept} more {what} in the report."] if kept < len(lines) else []
    return "\n".join([*lines[:kept], *left_out])


def _folded(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def escaped(raw: str) -> str:
    """A text that Markdown and HTML show as it is, on one line; a mention in it sends no notification."""
    line = " ".join(raw.split())
    if len(line) > _LONGEST:
        line = f"{line[:_LONGEST]}…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", line).replace("@", "@\u200b")
