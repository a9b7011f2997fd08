"""The result for a pull request: the verdict and the table that matters, details folded.

A comment on GitHub holds 65,536 characters, and people read less: a comment has 40 lines at most. The table
ends where the room does, and says so.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.figures import UNKNOWN
from mario_perf.model import Outcome, Severity, Verdict
from mario_perf.reports import cost_phrases, curve_phrases, heading, phrases
from mario_perf.reports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.model import Commit, CostResult, GateResult, LoadCurve, OperationResult, Subject

COMMENT_LIMIT = 65_000
MOST_COSTS = 4
"""That a comment names, of those that rose or fell."""

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
_HEADING = ("Operation", "Verdict", "Metric", "Before → after", "Change", "Interval")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#|~]|:(?=\S))")
_MAX_TEXT = 300  # characters of one name or message


@dataclass(frozen=True, slots=True)
class Room:
    """How much a place holds: characters (at least 4,096), and rows and findings that it shows."""

    characters: int
    moved: int
    undecided: int
    findings: int


COMMENT = Room(COMMENT_LIMIT, moved=8, undecided=3, findings=5)
"""A comment has at most 40 lines, whatever it is about."""


def render(result: GateResult) -> str:
    """The comment, never longer than GitHub takes, and short enough to be read."""
    return render_within(result, COMMENT)


def render_within(result: GateResult, room: Room) -> str:
    """The same for another place."""
    redacted_result = redact(result)
    by_verdict: dict[bool, list[OperationResult]] = {False: [], True: []}
    for one in phrases.moved(redacted_result):
        by_verdict[one.verdict is Verdict.INCONCLUSIVE].append(one)
    moved, undecided = by_verdict[False], by_verdict[True]
    characters = room.characters // 3
    parts = ["\n".join(_head(redacted_result)), _table(moved, room.moved, characters)]
    if undecided:
        rows = room.undecided + max(room.moved - len(moved), 0)
        parts.append(_details_block(f"{len(undecided)} undecided", _table(undecided, rows, characters)))
    parts += map(_curve, curve_phrases.shown(redacted_result.load_curves, 1))
    return "\n".join((*(each for each in parts if each), *_tail(redacted_result, room))) + "\n"


def _curve(curve: LoadCurve) -> str:
    """What the worst curve says, and its levels, in one line of HTML."""
    rows = (curve_phrases.HEADINGS, *map(curve_phrases.row, curve.levels))
    body = "".join(f"<tr>{''.join(f'<td>{_as_html(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<details><summary>{_as_html(curve.explanation)}</summary><table>{body}</table></details>"


def _costs(costs: Sequence[CostResult]) -> str:
    """What cost more or less, and the others, in one line."""
    moved = [
        f"{_ICONS[each.verdict.value]} {escape(each.explanation)} {cost_phrases.change(each)}"
        for each in cost_phrases.moved(costs)[:MOST_COSTS]
    ]
    return " ".join((*moved, escape(cost_phrases.still(costs))))


def _head(result: GateResult) -> Iterator[str]:
    yield MARKER
    yield f"### {_ICONS[result.outcome.value]} {_title(result)}"
    yield ""
    yield f"{escape(result.sentence)}  "
    if result.reasons:
        yield f"{' '.join(escape(each) for each in result.reasons)}  "
    if result.next_steps:
        yield f"**Next:** {' '.join(escape(each) for each in result.next_steps)}"
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
    overall = f" · all operations: {phrases.overall(result)}" if result.overall else ""
    yield f"{', '.join(counts) or 'no operations'}{overall} · {extent}"
    yield ""


def _title(result: GateResult) -> str:
    """The outcome, and the worst figure behind it."""
    title = f"Performance: {phrases.OUTCOMES[result.outcome].lower()}"
    worst = next(iter(result.operations), None)
    if result.outcome is not Outcome.REGRESSED or worst is None or worst.decisive_comparison is None:
        return title
    return f"{title} · {escape(worst.title)} {phrases.change(worst.decisive_comparison)}"


def _subject(subject: Subject) -> Iterator[str]:
    """What was compared: where, and which commits."""
    facts = [escape(each) for each in (subject.project, subject.branch) if each]
    if subject.pull_request:
        facts.append(_link(escape(subject.pull_request), subject.pull_request_url))
    facts += [f"run {escape(subject.run_id)}"] if subject.run_id else []
    facts += [escape(subject.service)] if subject.service else []
    if facts:
        yield f"{' · '.join(facts)}  "
    fault = f" · ⚠️ **{heading.FAULT}**: {escape(' '.join(subject.faults))}" if subject.faults else ""
    yield f"{_commit(subject.candidate)} against {_commit(subject.baseline)}{fault}"


def _commit(one: Commit | None) -> str:
    if one is None:
        return heading.UNKNOWN
    return f"{_link(escape(one.revision), one.url)}{f' {escape(one.title)}' if one.title else ''}"


def _link(text: str, url: str) -> str:
    return f"[{text}](<{url.replace('>', '%3E').replace('<', '%3C')}>)" if url else text


def _tail(result: GateResult, room: Room) -> Iterator[str]:
    """What is folded, a line each, and how sure all of it is."""
    unchanged = [one.title for one in result.operations if one.verdict is Verdict.UNCHANGED]
    if unchanged and not phrases.without_baseline(result):
        yield _in_one_line(f"{len(unchanged)} unchanged", unchanged, room.characters // 8)
    if result.costs:
        yield f"Costs: {_costs(result.costs)}"
    decisive = {Severity.INVALID, Severity.REGRESSED}
    findings = sorted(phrases.further_findings(result), key=lambda one: one.severity not in decisive)
    lines = [f"{one.severity.value}: {one.message}" for one in findings]
    lines += phrases.bucket_width_hints(result.operations)
    if lines:
        items = lines[: room.findings]
        if remaining := len(lines) - len(items):
            items.append(f"{remaining} more findings in the report")
        yield _in_one_line(f"{len(lines)} findings about the run", items, room.characters // 8)
    yield ""
    yield (
        f"At most {figures.percent(result.false_alarm_rate)} of gates on an unchanged build raise a false "
        f"alarm. {phrases.method(result)}"
    )


def _table(operations: Sequence[OperationResult], max_rows: int, characters: int) -> str:
    """The first rows for which there is room, and how many are missing."""
    if not operations:
        return ""
    lines, used = [f"| {' | '.join(_HEADING)} |", "|---|---|---|--:|--:|--:|"], 0
    for one in operations[:max_rows]:
        row = _row(one)
        used += len(row) + 1
        if used > characters:
            break
        lines.append(row)
    remaining = len(operations) - (len(lines) - 2)
    return "\n".join([*lines, *(["", f"{remaining} more operations in the report."] if remaining else [])])


def _row(one: OperationResult) -> str:
    decisive = one.decisive_comparison
    cells = (
        f"**{escape(one.title)}**",
        f"{_ICONS[one.verdict.value]} {one.verdict.value}",
        phrases.subject(decisive) if decisive else UNKNOWN,
        phrases.before_and_after(decisive) if decisive else UNKNOWN,
        phrases.change(decisive) if decisive else UNKNOWN,
        phrases.interval(decisive) if decisive else UNKNOWN,
    )
    return f"| {' | '.join(cells)} |"


def _in_one_line(summary: str, items: Sequence[str], characters: int) -> str:
    """A folded list of HTML, in which Markdown means nothing."""
    body = ""
    for at, each in enumerate(items):
        item = f"<li>{_as_html(each)}</li>"
        if len(body) + len(item) > characters:
            body += f"<li>and {len(items) - at} more</li>"
            break
        body += item
    return f"<details><summary>{summary}</summary><ul>{body}</ul></details>"


def _as_html(raw: str) -> str:
    line = " ".join(raw.split())[:_MAX_TEXT]
    return html.escape(line).replace("@", "@\u200b")


def _details_block(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def escape(raw: str) -> str:
    """A text that Markdown and HTML show as it is, on one line; a mention in it sends no notification."""
    line = " ".join(raw.split())
    if len(line) > _MAX_TEXT:
        line = f"{line[:_MAX_TEXT]}…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", line).replace("@", "@\u200b")
