"""The users of one process, as Locust runs them: more of them are started when they are needed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mario_perf.load.users.measured_user import MeasuredUser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gevent import Greenlet
    from locust.runners import Runner


class LocustPool:
    """Of a local or a worker runner. Locust counts, stops and moves those who are started here as its own.

    Where there are several classes, each is started as often as it has weight. Of those with a
    ``fixed_count``, and of those who would never wait for a journey, there are as many as Locust has started.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._started: Counter[type[MeasuredUser]] = Counter()

    @property
    def users(self) -> int:
        """How many there are, ready or not."""
        return self._runner.user_count

    def start(self) -> Greenlet:
        """Start one more, and give what it runs in.

        Raises:
            ValueError: There may be no more of any class.
            Exception: The user's own; it has not been started.
        """
        classes = self._classes
        if not classes:
            raise ValueError("no user class without a fixed_count waits for journeys")
        chosen = min(classes, key=lambda each: ((self._started[each] + 1) / each.weight, each.__name__))
        # Not by the runner's spawn_users, which counts all users for each that it starts: milliseconds.
        greenlet: Greenlet = chosen(self._runner.environment).start(self._runner.user_greenlets)
        self._started[chosen] += 1
        return greenlet

    @property
    def _classes(self) -> Sequence[type[MeasuredUser]]:
        """Those of which more may be started, among those that take part in this run."""
        every = (self._runner.user_classes_by_name[name] for name in self._runner.target_user_classes_count)
        return [each for each in every if issubclass(each, MeasuredUser) and not each.fixed_count]
