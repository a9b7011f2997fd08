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

__all__ = ["arguments", "redact", "text"]

_MAPPINGS_BY_NAME = frozenset({"queries", "packages", "versions", "environment_changes"})
"""Mappings whose keys are names of things, such as ``RefreshTokenCommand``, and say nothing of the values."""

_HISTOGRAM_KEY = "hdr"
"""A histogram in base64: no text, long, and there are many."""


def redact(result: GateResult) -> GateResult:
    """The same result with every secret that could be recognised masked."""
    return cast("GateResult", _mask(result, ""))


def _mask(value: Any, key: str) -> Any:  # noqa: ANN401 — whatever a result or a policy can hold
    if isinstance(value, int | float | Enum):
        return value
    match value:
        case str() if key == _HISTOGRAM_KEY:
            masked: Any = value
        case str():
            masked = MASK if is_secret(key) else text(value)
        case [str(), *_]:
            masked = (MASK,) * len(value) if is_secret(key) else arguments(value)
        case [int() | float(), *_]:
            masked = value  # counts and durations, many of them
        case tuple() | list():
            masked = tuple(_mask(one, key) for one in value)
        case Mapping():
            keys_tell = key not in _MAPPINGS_BY_NAME
            masked = {text(name): _mask(inner, name if keys_tell else "") for name, inner in value.items()}
        case BaseModel():
            masked = value.model_copy(update=_mask_fields(value, type(value).model_fields))
        case _ if is_dataclass(value) and not isinstance(value, type):
            masked = replace(value, **_mask_fields(value, [one.name for one in fields(value)]))
        case _:
            masked = value
    return masked


def _mask_fields(value: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: _mask(getattr(value, name), name) for name in names}
