"""Master and workers exchange typed messages; other data is refused."""

import json
from dataclasses import FrozenInstanceError
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from mario_perf.load.arrivals.arrival_schedule import Share
from mario_perf.load.workers import messages
from mario_perf.load.workers.channel import Channel
from mario_perf.load.workers.messages import (
    AssignIterations,
    BatchDone,
    Command,
    CommandBatch,
    IterationsDone,
    MessageError,
    OpenWindow,
    Quiesce,
    Release,
    SendReport,
    SetShare,
    StartArrivals,
    Stop,
    UsersReady,
    WorkerEvent,
    WorkerJoined,
)

COMMANDS: tuple[Command, ...] = (
    StartArrivals(60.0, 1.5), SetShare(Share(1, 3), 0.25), SetShare(None, 0.0), AssignIterations(("a", "b")),
    Quiesce(30.0), OpenWindow(), Release(), SendReport(), Stop(),
)  # fmt: skip
EVENTS: tuple[WorkerEvent, ...] = (
    WorkerJoined(2), UsersReady(7), BatchDone(3), BatchDone(4, quiet=True), IterationsDone()
)  # fmt: skip


def test_each_command_arrives_as_it_was_sent() -> None:
    batch = CommandBatch(COMMANDS, 5)
    assert messages.decode_batch(messages.encode_batch(batch)) == batch
    assert {type(command) for command in COMMANDS} == set(get_args(get_args(Command)[0]))


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_arrives_as_it_was_sent(event: WorkerEvent) -> None:
    assert messages.decode_event(messages.encode_event(event)) == event


def test_messages_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Quiesce(1.0).timeout = 2.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"calls": [["set_out", 60]]}, "dict instead of JSON text"),
        (None, "NoneType instead of JSON text"),
        ("not JSON", "Invalid JSON"),
        ("[]", "message: Input should be an object"),
        ('{"commands": [{"kind": "__class__"}]}', "commands.0: Input tag '__class__'"),
        ('{"commands": [{"seconds": 60}]}', "commands.0: Unable to extract tag"),
        ('{"commands": [{"kind": "quiesce"}]}', "commands.0.quiesce.timeout: Field required"),
        ('{"commands": [{"kind": "quiesce", "timeout": "soon"}]}', "commands.0.quiesce.timeout: "),
        ('{"commands": [{"kind": "stop", "now": true}]}', "commands.0.stop.now: "),
        ('{"commands": [], "number": 1, "calls": []}', "calls: "),
    ],
)
def test_other_data_is_refused_with_the_reason(data: object, reason: str) -> None:
    with pytest.raises(MessageError) as refused:
        messages.decode_batch(data)
    assert reason in str(refused.value)


class Runner:
    """The part of Locust's runner that a channel uses."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any, str | None]] = []

    def register_message(self, _: str, receive: Any, *, concurrent: bool) -> None:
        assert concurrent
        self.receive = receive

    def send_message(self, name: str, data: Any, node: str | None) -> None:
        self.sent.append((name, data, node))


def test_a_channel_logs_a_malformed_message_in_one_line_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    runner: Any = Runner()
    channel = Channel(runner, messages.encode_batch, messages.decode_event)
    heard: list[tuple[str, WorkerEvent]] = []
    channel.listener = lambda node, event: heard.append((node, event))
    for data in ({"arrived": 1}, json.dumps({"kind": "users-ready", "users": 4})):
        runner.receive(environment=None, msg=SimpleNamespace(node_id="w1", data=data))
    assert heard == [("w1", UsersReady(4))]
    (record,) = caplog.records
    assert record.getMessage() == (
        "ignored a message from w1: dict instead of JSON text; use the same version of mario-perf in master "
        "and workers"
    )


def test_a_channel_sends_text_to_the_worker_it_names() -> None:
    runner: Any = Runner()
    Channel(runner, messages.encode_batch, messages.decode_event).send(CommandBatch((Stop(),)), "w1")
    ((_, data, node),) = runner.sent
    assert (messages.decode_batch(data), node) == (CommandBatch((Stop(),)), "w1")
