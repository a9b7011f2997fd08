"""What the files of the history in git hold: JSON, a batch or an alert each."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from mario_perf.history.alerts import Alert, AlertState
from mario_perf.history.measurements import LAST_TIME, Batch, Level, Link
from mario_perf.history.store import StoreError

FORMAT: Final = 1


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_Time = Annotated[FiniteFloat, Field(ge=0, le=LAST_TIME)]


class _Level(_Stored):
    revision: str
    operation: str
    metric: str
    environment: str
    value: FiniteFloat


class _Link(_Stored):
    earlier: str
    later: str
    operation: str
    metric: str
    log_ratio: FiniteFloat
    error: Annotated[FiniteFloat, Field(ge=0)]


class _Batch(_Stored):
    format: Literal[1]
    source: str
    time: _Time
    scenario: str
    levels: tuple[_Level, ...]
    links: tuple[_Link, ...]


class _Alert(_Stored):
    format: Literal[1]
    scenario: str
    operation: str
    metric: str
    environment: str
    last: str
    first: str
    time: _Time
    change: FiniteFloat
    state: AlertState


_Kind = TypeVar("_Kind", _Batch, _Alert)


def to_text(content: Batch | Alert, place: str) -> str:
    """What a file of ``place`` holds.

    Raises:
        StoreError: It could not be read again, and with it all others.
    """
    text = json.dumps({"format": FORMAT, **asdict(content)}, indent=1, sort_keys=True) + "\n"
    try:
        _kind(content).model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(each) for each in first["loc"])
        raise StoreError(f"{place} takes no such value ({name}: {first['msg']})") from error
    return text


def _kind(content: Batch | Alert) -> type[_Batch | _Alert]:
    return _Batch if isinstance(content, Batch) else _Alert


def batch(text: str, place: str) -> Batch:
    """The batch in a file of ``place``.

    Raises:
        StoreError: There is none, or another version wrote it.
    """
    read = _read(_Batch, text, place)
    levels = tuple(Level(**each.model_dump()) for each in read.levels)
    links = tuple(Link(**each.model_dump()) for each in read.links)
    return Batch(read.source, read.time, read.scenario, levels, links)


def alert(text: str, place: str) -> Alert:
    """The alert in a file of ``place``.

    Raises:
        StoreError: There is none, or another version wrote it.
    """
    return Alert(**_read(_Alert, text, place).model_dump(exclude={"format"}))


def _read(kind: type[_Kind], text: str, place: str) -> _Kind:
    try:
        return kind.model_validate_json(text.encode(errors="surrogateescape"))
    except ValidationError as error:
        if any(each["loc"] == ("format",) and each["type"] == "literal_error" for each in error.errors()):
            raise StoreError(
                f"{place} was written by another version of mario-perf; install the newest"
            ) from error
        raise StoreError(f"{place} holds a file without measurements; it was left as it is") from error
