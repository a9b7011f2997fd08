"""The users of one process, as Locust runs them. The pool grows when an arrival finds no free user."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mario_perf.load.users.measured_user import MeasuredUser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gevent import Greenlet
    from locust.runners import Runner


class LocustUserPool:
    """The users of a local or a worker runner. Locust counts, stops and moves the users started here.

    Several classes are started in proportion to their weights. Two kinds of classes do not grow: those with
    a ``fixed_count``, and those that are not measured users, which never wait for arrivals.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._started: Counter[type[MeasuredUser]] = Counter()

    @property
    def users(self) -> int:
        """Number of users, ready or not."""
        return self._runner.user_count

    def start(self) -> Greenlet:
        """Start one more user, and return its greenlet.

        Raises:
            ValueError: No class may have more users.
            Exception: The user's own error; it was not started.
        """
        classes = self._classes
        if not classes:
            raise ValueError("each user class has a fixed_count or is not a MeasuredUser")
        chosen = min(classes, key=lambda each: ((self._started[each] + 1) / each.weight, each.__name__))
        # Not by the runner's spawn_users: it counts all users for each new one, which takes milliseconds.
        greenlet: Greenlet = chosen(self._runner.environment).start(self._runner.user_greenlets)
        self._started[chosen] += 1
        return greenlet

    @property
    def _classes(self) -> Sequence[type[MeasuredUser]]:
        """The classes of this run that may have more users."""
        running = (self._runner.user_classes_by_name[name] for name in self._runner.target_user_classes_count)
        return [each for each in running if issubclass(each, MeasuredUser) and not each.fixed_count]
