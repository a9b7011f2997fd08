"""The line between Locust's master and its workers, on which they talk about a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from locust.env import Environment
    from locust.rpc import Message
    from locust.runners import DistributedRunner

_MESSAGE: Final = "mario-perf"


class Line:
    """One end of it. Locust takes one listener for good; runs come and go, so ``listener`` may be changed."""

    def __init__(self, runner: DistributedRunner) -> None:
        self.listener: Callable[[str, dict[str, Any]], None] | None = None
        self._runner = runner
        runner.register_message(_MESSAGE, self._hear, concurrent=True)

    def send(self, words: dict[str, Any], to: str | None = None) -> None:
        """Say something to the worker with this id, or to the master."""
        self._runner.send_message(_MESSAGE, words, to)

    def _hear(self, environment: Environment, msg: Message) -> None:  # noqa: ARG002 - Locust names them
        if self.listener is not None:
            self.listener(msg.node_id, msg.data)
