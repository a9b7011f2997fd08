"""The crews of all worker processes, led by the master as if they were one."""

from __future__ import annotations

import logging
from time import perf_counter, time
from typing import TYPE_CHECKING, Any, Final

import gevent
from locust.runners import STATE_INIT, STATE_MISSING
from pydantic import TypeAdapter

from mario_perf.load.arrivals.pausable_clock import Clock
from mario_perf.load.users.user_group import CrewReport
from mario_perf.run_record import LostWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from locust.runners import MasterRunner

    from mario_perf.load.users.user_group import Crew
    from mario_perf.load.workers.channel import Line

LOG: Final = logging.getLogger("mario_perf")
REPORT: Final = TypeAdapter(CrewReport)
_ANSWERING: Final = 10.0
"""Seconds that a worker may take to answer, besides what it was asked to wait for."""
_LOOK_AGAIN: Final = 0.02
_WATCHING: Final = 0.25  # seconds
_COUNTING: Final = 0.1
_NOTICE: Final = 0.25
"""Seconds ahead of the moment from which arrivals are shared anew: by then everybody has been told."""


class Workers:
    """Tells the crews of all workers the same, and waits until all have done it; see :class:`Crew`.

    A worker that comes late is told what the others have been told, and shares their arrivals soon after its
    users are there. One that ends, or whom Locust misses because its heartbeat failed, is lost: the others
    take over its arrivals, nobody waits for it, and it is sent home, should it still be there.
    """

    def __init__(
        self,
        runner: MasterRunner,
        line: Line,
        deal: Callable[[int, int], Sequence[str]],
        finished: Callable[[], None],
    ) -> None:
        """``deal`` gives the journeys of one of so many parts of a plan; ``finished`` is called after all."""
        self.lost: tuple[LostWorker, ...] = ()
        self._runner = runner
        self._line = line
        self._deal = deal
        self._finished = finished
        self._indexes: dict[str, int] = {}
        self._answers: dict[str, Any] = {}
        self._number = 0
        self._arrived: set[str] = set()
        self._present: dict[str, int] = {}
        self._sharing: list[str] = []
        self._done: set[str] = set()
        self._clock = Clock()
        self._seconds: float | None = None
        self._held = self._window_open = False
        self._watching = gevent.spawn(self._keep_watching)
        line.listener = self._hear

    def gather(self, users: int, timeout: float) -> None:
        """Wait until so many users are ready."""
        end = perf_counter() + timeout
        while sum(self._present.values()) < users and perf_counter() < end:
            gevent.sleep(_LOOK_AGAIN)

    def set_out(self, seconds: float) -> None:
        """Let journeys arrive, for so many seconds."""
        self._seconds = seconds
        self._clock.start()
        self._ask("set_out", seconds)

    def hold(self, timeout: float) -> bool:
        """Let no request begin; whether none was under way any more, anywhere, in time."""
        self._held = True
        self._clock.rest()
        answers = self._ask("hold", timeout, patience=timeout + _ANSWERING)
        return all(answers.get(node) for node in self._indexes)

    def open_window(self) -> None:
        """Count as in the window from now on."""
        self._window_open = True
        self._deal_out()
        self._ask("open_window")

    def release(self) -> None:
        """Let requests begin again."""
        self._held = False
        self._clock.start()
        self._ask("release")

    def reports(self) -> tuple[CrewReport, ...]:
        """What each crew did. Who does not say is lost, and so is who never said anything."""
        answers = self._ask("report")
        for node in [node for node in self._indexes if node not in answers]:
            self._lose(node)
        for node in self._silent():
            self._count_as_lost(self._runner.get_worker_index(node))  # type: ignore[no-untyped-call]
        reports = (REPORT.validate_json(answer) for answer in answers.values())
        return tuple(sorted(reports, key=lambda report: report.index))

    def close(self) -> None:
        """Send users home."""
        self._watching.kill()
        self._ask("close")
        self._line.listener = None

    def _hear(self, node: str, words: dict[str, Any]) -> None:
        match words:
            case {"arrived": index}:
                self._welcome(node, index)
            case {"present": users}:
                self._present[node] = users
                self._regroup()
            case {"number": number, "answer": answer} if number == self._number:
                self._answers[node] = answer
            case {"done": _}:
                self._done.add(node)
                self._finish()

    def _welcome(self, node: str, index: int) -> None:
        self._indexes[node] = index
        self._arrived.add(node)
        calls: list[list[Any]] = []
        if self._seconds is not None:
            calls.append(["set_out", self._seconds, self._clock.now])
        if self._window_open:
            calls += [["deal", []], ["open_window"]]
        calls.append(["hold", 0.0] if self._held else ["release"])
        self._line.send({"calls": calls}, node)

    def _ask(self, call: str, *arguments: float, patience: float = _ANSWERING) -> dict[str, Any]:
        """What everybody has answered by the time that all have, or that patience has run out."""
        self._number += 1
        self._answers = {}
        for node in self._indexes:
            self._line.send({"number": self._number, "calls": [[call, *arguments]]}, node)
        end = perf_counter() + patience
        while self._indexes.keys() - self._answers.keys() and perf_counter() < end:
            gevent.sleep(_LOOK_AGAIN)
            self._look()
        return self._answers

    def _keep_watching(self) -> None:
        while True:
            gevent.sleep(_WATCHING)
            self._look()

    def _look(self) -> None:
        """See who is gone."""
        for node in list(self._indexes):
            known = self._runner.clients.get(node)
            if known is None or known.state == STATE_MISSING:
                self._lose(node)

    def _lose(self, node: str) -> None:
        self._present.pop(node, None)
        self._count_as_lost(self._indexes.pop(node))
        self._line.send({"calls": [["close"]]}, node)  # it may be there again, but not in the record
        self._regroup()
        self._finish()

    def _count_as_lost(self, index: int) -> None:
        self.lost += (LostWorker(index=index, at=time()),)

    def _silent(self) -> list[str]:
        """Who was told by Locust to begin, and never told us that it did: something is wrong over there."""
        clients = self._runner.clients
        return [node for node in clients if node not in self._arrived and clients[node].state != STATE_INIT]

    def _regroup(self) -> None:
        """Share arrivals among those whose users are there."""
        sharing = [node for node in self._indexes if self._present.get(node)]
        if sharing == self._sharing:
            return
        self._sharing = sharing
        LOG.info(
            "Workers that take part: %s", ", ".join(str(self._indexes[node]) for node in sharing) or "none"
        )
        moment = 0.0 if self._seconds is None else self._clock.now + _NOTICE
        for node in self._indexes.keys() - set(sharing):
            self._line.send({"calls": [["sit_out", moment]]}, node)
        for place, node in enumerate(sharing):
            self._line.send({"calls": [["take", place, len(sharing), moment]]}, node)

    def _deal_out(self) -> None:
        """Give all journeys of a plan to those whose users are there; the others have nothing to do."""
        for node in self._indexes.keys() - set(self._sharing):
            self._line.send({"calls": [["deal", []]]}, node)
        for place, node in enumerate(self._sharing):
            self._line.send({"calls": [["deal", self._deal(place, len(self._sharing))]]}, node)

    def _finish(self) -> None:
        if self._done and self._done >= self._indexes.keys():
            self._done = set()
            self._finished()


class Hand:
    """A worker's own end: its crew does what the master says, and nothing before."""

    def __init__(self, line: Line, crew: Crew, index: int) -> None:
        self._line = line
        self._crew = crew
        crew.hold(0.0)
        crew.sit_out(0.0)
        line.listener = self._hear
        line.send({"arrived": index})
        self._counting = gevent.spawn(self._keep_counting)

    def done(self) -> None:
        """Tell the master that the journeys of the plan have been made."""
        self._line.send({"done": True})

    def close(self) -> None:
        """The run is over."""
        self._counting.kill()

    def _keep_counting(self) -> None:
        """Tell the master how many users are ready, when no more have come for a moment."""
        told = before = 0
        while True:
            gevent.sleep(_COUNTING)
            now = self._crew.present
            if now == before != told:
                self._line.send({"present": now})
                told = now
            before = now

    def _hear(self, _: str, words: dict[str, Any]) -> None:
        answer: Any = None
        for name, *arguments in words["calls"]:
            answer = self._report() if name == "report" else getattr(self._crew, name)(*arguments)
        if "number" in words:
            self._line.send({"number": words["number"], "answer": answer})

    def _report(self) -> str:
        (report,) = self._crew.reports()
        return REPORT.dump_json(report).decode()
