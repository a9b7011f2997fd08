"""The crews of all worker processes, led by the master as if they were one."""

from __future__ import annotations

from time import perf_counter, time
from typing import TYPE_CHECKING, Any, Final

import gevent
from locust.runners import STATE_MISSING
from pydantic import TypeAdapter

from analysis.run_record import LostWorker
from loadtests.clock import Clock
from loadtests.crew import CrewReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from locust.runners import MasterRunner

    from loadtests.crew import Crew
    from loadtests.line import Line

REPORT: Final = TypeAdapter(CrewReport)
_ANSWERING: Final = 10.0
"""Seconds that a worker may take to answer, besides what it was asked to wait for."""
_LOOK_AGAIN: Final = 0.02
_WATCHING: Final = 0.25  # seconds


class Workers:
    """Tells the crews of all workers the same, and waits until all have done it; see :class:`Crew`.

    A worker that comes late is told what the others have been told. One that ends, or whom Locust misses
    because its heartbeat failed, is lost: the others share its arrivals, and nobody waits for it.
    """

    def __init__(self, runner: MasterRunner, line: Line, finished: Callable[[], None]) -> None:
        """``finished`` is called when every worker has made all the journeys of its plan."""
        self.lost: tuple[LostWorker, ...] = ()
        self._runner = runner
        self._line = line
        self._finished = finished
        self._indexes: dict[str, int] = {}
        self._answers: dict[str, Any] = {}
        self._number = 0
        self._done: set[str] = set()
        self._clock = Clock()
        self._seconds: float | None = None
        self._held = self._window_open = False
        self._watching = gevent.spawn(self._keep_watching)
        line.listener = self._hear

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
        self._ask("open_window")

    def release(self) -> None:
        """Let requests begin again."""
        self._held = False
        self._clock.start()
        self._ask("release")

    def reports(self) -> tuple[CrewReport, ...]:
        """What each crew did. Who does not say is lost."""
        answers = self._ask("report")
        for node in [node for node in self._indexes if node not in answers]:
            self._lose(node)
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
            case {"number": number, "answer": answer} if number == self._number:
                self._answers[node] = answer
            case {"done": _}:
                self._done.add(node)
                self._finish()

    def _welcome(self, node: str, index: int) -> None:
        self._indexes[node] = index
        calls: list[list[Any]] = []
        if self._seconds is not None:
            calls.append(["set_out", self._seconds, self._clock.now])
        if self._window_open:
            calls.append(["open_window"])
        calls.append(["hold", 0.0] if self._held else ["release"])
        self._line.send({"calls": calls}, node)
        self._share()

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
        self.lost += (LostWorker(index=self._indexes.pop(node), at=time()),)
        self._share()
        self._finish()

    def _share(self) -> None:
        for node in self._indexes:
            self._line.send({"calls": [["take", 1 / len(self._indexes)]]}, node)

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
        line.listener = self._hear
        line.send({"arrived": index})

    def done(self) -> None:
        """Tell the master that the journeys of the plan have been made."""
        self._line.send({"done": True})

    def _hear(self, _: str, words: dict[str, Any]) -> None:
        answer: Any = None
        for name, *arguments in words["calls"]:
            answer = self._report() if name == "report" else getattr(self._crew, name)(*arguments)
        if "number" in words:
            self._line.send({"number": words["number"], "answer": answer})

    def _report(self) -> str:
        (report,) = self._crew.reports()
        return REPORT.dump_json(report).decode()
