"""The messages between master and workers, typed. Encoded and decoded here only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from mario_perf.load.arrivals.arrival_schedule import Share  # noqa: TC001 - pydantic reads the types
from mario_perf.load.users.group_report import GroupReport  # noqa: TC001


@dataclass(frozen=True, slots=True)
class _Message:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class StartArrivals(_Message):
    """Start a schedule of ``seconds``, at ``elapsed`` seconds into it."""

    seconds: float
    elapsed: float = 0.0
    kind: Literal["start-arrivals"] = "start-arrivals"


@dataclass(frozen=True, slots=True)
class SetShare(_Message):
    """Take this share of all arrivals, or none, from a moment of the schedule on."""

    share: Share | None
    moment: float
    kind: Literal["set-share"] = "set-share"


@dataclass(frozen=True, slots=True)
class AssignIterations(_Message):
    """Run these journeys once the window is open."""

    journeys: tuple[str, ...]
    kind: Literal["assign-iterations"] = "assign-iterations"


@dataclass(frozen=True, slots=True)
class Quiesce(_Message):
    """Hold back new requests, and wait until none is in flight."""

    timeout: float
    kind: Literal["quiesce"] = "quiesce"


@dataclass(frozen=True, slots=True)
class OpenWindow(_Message):
    """Count for the measurement window from now on."""

    kind: Literal["open-window"] = "open-window"


@dataclass(frozen=True, slots=True)
class Release(_Message):
    """Let requests begin again."""

    kind: Literal["release"] = "release"


@dataclass(frozen=True, slots=True)
class SendReport(_Message):
    """Send the group's report."""

    kind: Literal["report"] = "report"


@dataclass(frozen=True, slots=True)
class Stop(_Message):
    """End all users."""

    kind: Literal["stop"] = "stop"


Command: TypeAlias = Annotated[
    StartArrivals | SetShare | AssignIterations | Quiesce | OpenWindow | Release | SendReport | Stop,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class CommandBatch(_Message):
    """Commands for a worker, in order. One with a ``number`` is answered when all are done."""

    commands: tuple[Command, ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class WorkerJoined(_Message):
    """A worker takes part in the run."""

    index: int
    kind: Literal["worker-joined"] = "worker-joined"


@dataclass(frozen=True, slots=True)
class UsersReady(_Message):
    """The number of users that are ready in a worker."""

    users: int
    kind: Literal["users-ready"] = "users-ready"


@dataclass(frozen=True, slots=True)
class BatchDone(_Message):
    """A worker's answer to a numbered batch: what ``Quiesce`` and ``SendReport`` returned."""

    number: int
    quiet: bool | None = None
    report: GroupReport | None = None
    kind: Literal["batch-done"] = "batch-done"


@dataclass(frozen=True, slots=True)
class IterationsDone(_Message):
    """The last of a worker's shared iterations has ended."""

    kind: Literal["iterations-done"] = "iterations-done"


WorkerEvent: TypeAlias = Annotated[
    WorkerJoined | UsersReady | BatchDone | IterationsDone, Field(discriminator="kind")
]

_BATCH: Final[TypeAdapter[CommandBatch]] = TypeAdapter(CommandBatch)
_EVENT: Final[TypeAdapter[WorkerEvent]] = TypeAdapter(WorkerEvent)


class MessageError(ValueError):
    """The data is not one of our messages."""


def encode_batch(batch: CommandBatch) -> str:
    return _BATCH.dump_json(batch).decode()


def encode_event(event: WorkerEvent) -> str:
    return _EVENT.dump_json(event).decode()


def decode_batch(data: object) -> CommandBatch:
    """Read what a master sent.

    Raises:
        MessageError: It is not a batch of commands.
    """
    batch: CommandBatch = _decode(_BATCH, data)
    return batch


def decode_event(data: object) -> WorkerEvent:
    """Read what a worker sent.

    Raises:
        MessageError: It is not a worker's message.
    """
    event: WorkerEvent = _decode(_EVENT, data)
    return event


def _decode(adapter: TypeAdapter[Any], data: object) -> Any:  # noqa: ANN401 - what the adapter validates
    if not isinstance(data, str):
        raise MessageError(f"{type(data).__name__} instead of JSON text")
    try:
        return adapter.validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "message"
        raise MessageError(f"{where}: {first['msg']}") from error
