"""The last door before every output: what looks like a secret is masked.

Sources and records should never hold one; a URL typed with a password in it, or a token on a command
line, still must not end up in a report that is mailed around. Every text is looked at, wherever it is, so
that a field added later is covered too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.model import GateResult

MASK = "***"
_NAME = r"(?:password|passwd|pwd|secret|token|api[-_]?key|authorization|credentials?|cookie)"
_USER_INFO = re.compile(r"(?<=://)[^\s/]+@")
# "basic" is a word, too: what follows must not look like one.
_SCHEME = re.compile(r"\b((?i:bearer)\s+|(?i:basic)\s+(?=\S*[A-Z0-9=]))[\w.~+/=-]{6,}")
_ASSIGNED = re.compile(rf"(?i)({_NAME}[\"']?=[\"']?)[^\s&\"',;]+")
# With a colon only as a whole word: "GetTokenQuery: ..." is an operation.
_HEADER = re.compile(rf"(?i)(?<![a-z0-9])({_NAME}[\"']?:\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',;]+")
_SUSPECT = re.compile(rf"(?i)://|bearer|basic|{_NAME}")
_SECRET_KEY = re.compile(rf"(?i){_NAME}|auth$|^bearer|^basic")
_SECRET_FLAG = re.compile(rf"(?i)^--?[\w-]*(?:{_NAME}|auth)$")


def redacted(result: GateResult) -> GateResult:
    """The same result with every secret that could be recognised masked."""
    return cast("GateResult", _masked(result, ""))


def text(raw: str) -> str:
    """A text without what precedes the host of a URL, tokens in headers, or values of secret names."""
    if not _SUSPECT.search(raw):
        return raw
    masked = _USER_INFO.sub(f"{MASK}@", raw)
    for pattern in (_SCHEME, _ASSIGNED, _HEADER):
        masked = pattern.sub(rf"\g<1>{MASK}", masked)
    return masked


def arguments(command: Sequence[str]) -> tuple[str, ...]:
    """Texts in a row; what follows a flag such as ``--token`` is masked whole."""
    return tuple(
        MASK if _SECRET_FLAG.match(before) else text(one)
        for before, one in zip(("", *command), command, strict=False)
    )


def _masked(value: Any, key: str) -> Any:  # noqa: ANN401 — whatever a result or a policy can hold
    if isinstance(value, int | float | Enum):
        return value
    match value:
        case str():
            masked: Any = MASK if _is_secret(key) else text(value)
        case [str(), *_]:
            masked = (MASK,) * len(value) if _is_secret(key) else arguments(value)
        case [int() | float(), *_]:
            masked = value  # counts and durations, many of them
        case tuple() | list():
            masked = tuple(_masked(one, key) for one in value)
        case Mapping():
            masked = {text(name): _masked(inner, name) for name, inner in value.items()}
        case BaseModel():
            masked = value.model_copy(update=_changed(value, type(value).model_fields))
        case _ if is_dataclass(value) and not isinstance(value, type):
            masked = replace(value, **_changed(value, [one.name for one in fields(value)]))
        case _:
            masked = value
    return masked


@cache
def _is_secret(key: str) -> bool:
    return bool(_SECRET_KEY.search(key))


def _changed(value: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: _masked(getattr(value, name), name) for name in names}
