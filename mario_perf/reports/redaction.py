"""The last door before every output: what looks like a secret is masked.

Sources and records should never hold one; a URL typed with a password in it, or a token on a command
line, still must not end up in a report that is mailed around. Every text is looked at, wherever it is, so
that a field added later is covered too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from mario_perf.masking import MASK, arguments, is_secret, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mario_perf.model import GateResult

__all__ = ["arguments", "redacted", "text"]

_KEYED_BY_DATA = frozenset({"queries", "packages", "versions", "environment_changes"})
"""Mappings whose keys are names of things, such as ``RefreshTokenCommand``, and say nothing of the values."""

_ENCODED = "hdr"
"""A histogram in base64: no text, long, and there are many."""


def redacted(result: GateResult) -> GateResult:
    """The same result with every secret that could be recognised masked."""
    return cast("GateResult", _masked(result, ""))


def _masked(value: Any, key: str) -> Any:  # noqa: ANN401 — whatever a result or a policy can hold
    if isinstance(value, int | float | Enum):
        return value
    match value:
        case str() if key == _ENCODED:
            masked: Any = value
        case str():
            masked = MASK if is_secret(key) else text(value)
        case [str(), *_]:
            masked = (MASK,) * len(value) if is_secret(key) else arguments(value)
        case [int() | float(), *_]:
            masked = value  # counts and durations, many of them
        case tuple() | list():
            masked = tuple(_masked(one, key) for one in value)
        case Mapping():
            telling = key not in _KEYED_BY_DATA
            masked = {text(name): _masked(inner, name if telling else "") for name, inner in value.items()}
        case BaseModel():
            masked = value.model_copy(update=_changed(value, type(value).model_fields))
        case _ if is_dataclass(value) and not isinstance(value, type):
            masked = replace(value, **_changed(value, [one.name for one in fields(value)]))
        case _:
            masked = value
    return masked


def _changed(value: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: _masked(getattr(value, name), name) for name in names}
