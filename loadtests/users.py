"""Users whose runs are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import gevent

from loadtests.rapidhttp import RapidHttpUser

if TYPE_CHECKING:
    from random import Random

    from loadtests.recorder import Recorder
    from loadtests.session import Session


class MeasuredUser(RapidHttpUser):
    """Sends steps through its ``session``: each is counted, and in a duet sent to both sides.

    Attributes:
        session: What steps are sent with.
        random: For all choices: the same seed gives every user the same ones.
        index: 0 for the first user of a process, then 1, and so on.
    """

    abstract = True
    timeout = 60.0
    recorder: ClassVar[Recorder]
    """Set once Locust has started."""

    session: Session
    random: Random
    index: int

    def on_start(self) -> None:
        """Take a seat in the run. Who overrides it calls it first."""
        seat = self.recorder.seat(self)
        self.session = seat.session
        self.random = seat.random
        self.index = seat.index
        self._pauses = seat.pauses
        self._think = seat.think

    def wait_time(self) -> float:
        """Think time after a journey, seconds."""
        return self._pauses.uniform(*self._think)

    def think(self) -> None:
        """Pause between two steps. The pauses have a random stream of their own."""
        gevent.sleep(self.wait_time())
