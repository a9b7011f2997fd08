"""The grammar of a metrics page, line by line: Prometheus' text format and OpenMetrics.

Source: https://prometheus.io/docs/instrumenting/exposition_formats and the specification of OpenMetrics, 1.0
and the draft of 2.0. A sample is a head (name and labels), a value, and what may follow it: a timestamp, a
time of start, exemplars. Each pattern is possessive: reading takes time in proportion to the line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mario_perf.errors import UnreadableExpositionError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE = 1 << 16
MAX_NUMBER = 400
"""Characters. A longer line is not a metric, or an attack."""

_SHOWN = 60
"""Characters of a line that a message shows."""

_QUOTED = r'"(?:[^"\\]++|\\.)*+"'
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*+"
_NUMBER = r"[+-]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:e[+-]?+[0-9]++)?+|[+-]?+inf(?:inity)?+|nan"

_HEAD = re.compile(
    # What stands in braces before a colon is a value of OpenMetrics 2.0, and no labels.
    rf'[ \t]*+({_NAME})?+[ \t]*+(\{{(?![ \t]*+[a-z_]++:)(?:[^"{{}}]++|{_QUOTED})*+\}})?+[ \t]*+',
)
_LABEL = re.compile(
    rf"[ \t]*+(?:({_NAME})|({_QUOTED}))[ \t]*+(?:=[ \t]*+({_QUOTED})[ \t]*+)?+(?:,|\Z)",
)
_PLAIN_LABEL = re.compile(r'(?<=[{,])([a-zA-Z_][a-zA-Z0-9_]*+)="([^"\\]*+)"(?=[,}])')
_REST = re.compile(
    rf"[ \t]*+({_NUMBER})(?:[ \t]++(?:{_NUMBER}))?+(?:[ \t]++st@(?:{_NUMBER}))?+"
    r"[ \t\r]*+(?:(?<=[ \t])#.*+)?+",
    re.IGNORECASE | re.ASCII,
)
_META = re.compile(rf"#[ \t]++(TYPE|HELP|UNIT)[ \t]++({_NAME}|{_QUOTED})(?:[ \t]++(.*+))?+")
_ESCAPE = re.compile(r'\\([\\"n])')

Labels = dict[str, str]


def head_of(line: str) -> str:
    """The part of a sample's line before its value.

    Raises:
        UnreadableExpositionError: the line is not a sample.
    """
    if len(line) > MAX_LINE:
        raise malformed(line, f"a line of {len(line)} characters, at most {MAX_LINE} are allowed")
    found = _HEAD.match(line)
    if found is None or found.lastindex is None:
        raise malformed(line, "not a sample of a metric")
    return found[0]


def is_sample(line: str) -> bool:
    """Whether a line is neither blank nor a comment."""
    stripped = line.lstrip()
    return bool(stripped) and not stripped.startswith("#")


def series_of(head: str) -> tuple[str, Labels]:
    """The name and the labels of a head. A name may stand in quotes among the labels.

    Raises:
        UnreadableExpositionError: The labels are malformed, or the name is missing or there twice.
    """
    found = _HEAD.fullmatch(head)
    if found is None:
        raise malformed(head, "not a metric name")
    plain = _plain(found[2] or "{}") if found[1] is not None else None
    if plain is not None:
        return found[1], plain
    names = [] if found[1] is None else [found[1]]
    labels: Labels = {}
    for label, value in _terms(found[2] or "{}", head):
        if value is None:
            names.append(label)
        elif label in labels:
            raise malformed(head, f"label {label} appears twice")
        else:
            labels[label] = value
    if len(names) != 1:
        raise malformed(head, "a sample has one name")
    return names[0], labels


def _plain(block: str) -> Labels | None:
    """Labels as nearly all are written, in half the time: no spaces, no escapes, none twice."""
    pairs = _PLAIN_LABEL.findall(block)
    labels = dict(pairs)
    written = sum(len(label) + len(value) + len('="",') for label, value in pairs)
    whole = written == len(block) - 1 or (not pairs and block == "{}")
    return labels if whole and len(labels) == len(pairs) else None


def _terms(block: str, head: str) -> Iterator[tuple[str, str | None]]:
    """Each label with its value; a quoted name of a metric has none."""
    inside = block[1:-1].strip(" \t")
    at = 0
    while at < len(inside):
        term = _LABEL.match(inside, at)
        if term is None or (term[3] is None and term[2] is None):
            raise malformed(head, "its labels are malformed")
        yield term[1] or _unquote(term[2]), None if term[3] is None else _unquote(term[3])
        at = term.end()


def number(rest: str) -> float:
    """The value at the start of what follows a head.

    Raises:
        UnreadableExpositionError: There is none, or what follows it is malformed.
    """
    try:
        value, word = float(rest), rest
    except ValueError:
        found = _REST.fullmatch(rest)
        if found is None:
            raise malformed(rest, "no value") from None
        word = found[1]
        value = float(word)
    if len(word) > MAX_NUMBER or "_" in word or not word.isascii():  # Python reads 1_000, and other digits
        raise malformed(word, "no value")
    return value


def numbers(rests: list[str]) -> list[float]:
    """The values at the start of what follows each head: of many lines at once it takes half the time.

    Raises:
        UnreadableExpositionError: As :func:`number`.
    """
    try:
        values = [float(rest) for rest in rests]
    except ValueError:
        return [number(rest) for rest in rests]
    every = "".join(rests)
    plain = "_" not in every and every.isascii() and max(map(len, rests), default=0) <= MAX_NUMBER
    return values if plain else [number(rest) for rest in rests]


def metadata(line: str) -> tuple[str, str, str] | None:
    """The keyword (TYPE, HELP or UNIT), the metric and the text of a comment; None for any other line."""
    found = _META.match(line) if line.startswith("#") and len(line) <= MAX_LINE else None
    if found is None:
        return None
    name = _unquote(found[2]) if found[2].startswith('"') else found[2]
    return found[1], name, (found[3] or "").strip()


def malformed(line: str, why: str) -> UnreadableExpositionError:
    """The error for a line, with as much of it as a message can show."""
    excerpt = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
    return UnreadableExpositionError(f"{excerpt!r}: {why}")


def refuse_other_pages(text: str) -> None:
    """The first character shows a web page or a JSON document.

    Raises:
        UnreadableExpositionError: It is one of these.
    """
    start = text[:MAX_LINE].lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        raise UnreadableExpositionError("an HTML page, perhaps a login, instead of metrics")
    if start.startswith("[") or re.match(r'\{\s*(?:\}|"(?:[^"\\]|\\.)*+"\s*:)', start):
        raise UnreadableExpositionError("a JSON document instead of metrics in Prometheus' text format")


def _unquote(quoted: str) -> str:
    inner = quoted[1:-1]
    return _ESCAPE.sub(_unescape, inner) if "\\" in inner else inner


def _unescape(escape: re.Match[str]) -> str:
    return "\n" if escape[1] == "n" else escape[1]
