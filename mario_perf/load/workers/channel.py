"""The channel between Locust's master and its workers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from mario_perf.load.workers import messages
from mario_perf.load.workers.messages import CommandBatch, MessageError, WorkerEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from locust.env import Environment
    from locust.rpc import Message
    from locust.runners import DistributedRunner, MasterRunner, WorkerRunner

LOG: Final = logging.getLogger("mario_perf")
_TYPE: Final = "mario-perf"

Outgoing = TypeVar("Outgoing")
Incoming = TypeVar("Incoming")


class Channel(Generic[Outgoing, Incoming]):
    """One end of the channel. Locust keeps a listener for good; ``listener`` changes with each run."""

    def __init__(
        self,
        runner: DistributedRunner,
        encode: Callable[[Outgoing], str],
        decode: Callable[[object], Incoming],
    ) -> None:
        self.listener: Callable[[str, Incoming], None] | None = None
        self._runner = runner
        self._encode = encode
        self._decode = decode
        runner.register_message(_TYPE, self._receive, concurrent=True)

    def send(self, message: Outgoing, to: str | None = None) -> None:
        """Send a message to the worker with this id, or to the master."""
        self._runner.send_message(_TYPE, self._encode(message), to)

    def _receive(self, environment: Environment, msg: Message) -> None:  # noqa: ARG002 - Locust names them
        if self.listener is None:
            return
        try:
            message = self._decode(msg.data)
        except MessageError as error:
            LOG.error(  # noqa: TRY400 - one line
                "ignored a message from %s: %s; use the same version of mario-perf in master and workers",
                msg.node_id,
                error,
            )
            return
        self.listener(msg.node_id, message)


MasterChannel = Channel[CommandBatch, WorkerEvent]
WorkerChannel = Channel[WorkerEvent, CommandBatch]


def of_master(runner: MasterRunner) -> MasterChannel:
    """The master's end: sends commands, receives events."""
    return Channel(runner, messages.encode_batch, messages.decode_event)


def of_worker(runner: WorkerRunner) -> WorkerChannel:
    """A worker's end: sends events, receives commands."""
    return Channel(runner, messages.encode_event, messages.decode_batch)
