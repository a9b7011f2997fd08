"""Users of any class of Locust's take part in a run: their request events are counted as steps.

A measured user counts its own steps. For all others a step is what Locust's statistics call a request, such
as ``GET /menu``. The event's ``context`` may name the service's operation: ``{"operation": "GetMenuQuery"}``.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

import gevent
from locust.user.task import DefaultTaskSet, TaskSet

from mario_perf.load.users.measured_user import MeasuredUser

if TYPE_CHECKING:
    from collections.abc import Callable

    from locust.env import Environment

    from mario_perf.load.users.user_group import UserGroup

_NO_HTTP_STATUS = 0  # an answer by another protocol


class RequestEvents:
    """Counts the request events of users that are not measured users, in one process."""

    group: ClassVar[UserGroup | None] = None
    """Counts them in the run in progress, if there are such users."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._event = environment.events.request

    def begin(self, group: UserGroup) -> None:
        """Count for this group until `end`. Without such users there is nothing to listen to."""
        self.end()
        if not all(issubclass(each, MeasuredUser) for each in self._environment.user_classes):
            RequestEvents.group = group
            self._event.add_listener(self._count)  # type: ignore[no-untyped-call]

    def end(self) -> None:
        """Count no longer."""
        if RequestEvents.group is not None:
            RequestEvents.group = None
            self._event.remove_listener(self._count)  # type: ignore[no-untyped-call]

    def _count(
        self,
        *,
        request_type: str,
        name: str,
        response_time: float | None,
        exception: BaseException | str | None = None,
        context: dict[str, Any] | None = None,
        response: Any = None,  # noqa: ANN401 - of any client
        **_: Any,  # noqa: ANN401
    ) -> None:
        group = RequestEvents.group
        if group is None or gevent.getcurrent() in group.measured:
            return
        operation = (context or {}).get("operation")
        step = group.targets[-1].counters.step(f"{request_type} {name}", operation)
        seconds = None if response_time is None else response_time / 1000
        step.count_event(_status(response, exception), exception, seconds)


def hold_tasks() -> None:
    """Let the tasks of users that are not measured users end before an edge of the window, as steps do."""
    for task_set in (TaskSet, DefaultTaskSet):
        task_set.execute_task = _held(task_set.execute_task)  # type: ignore[method-assign]


def _held(execute: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    @wraps(execute)
    def execute_task(task_set: Any, task: Any) -> None:  # noqa: ANN401 - Locust has no types for them
        group = RequestEvents.group
        # A task that is a task set runs tasks of its own.
        if group is None or isinstance(task, type) or isinstance(task_set.user, MeasuredUser):
            execute(task_set, task)
            return
        with group.barrier:
            execute(task_set, task)

    return execute_task


def _status(response: Any, exception: object) -> int | None:  # noqa: ANN401
    """The HTTP status; 0 for an answer without one; None for no answer."""
    status = getattr(response, "status_code", None)
    if isinstance(status, int) and status:
        return status
    return None if exception else _NO_HTTP_STATUS
