"""Orders placed, cooked and delivered while the service is killed again and again.

At the end the database is read: each acknowledged order has to be there once, and delivered.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from benchmarks.soak.journal import Journal, number_of
from benchmarks.soak.pizzeria import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORKERS: Final = 4
"""Fewer than may cook at once."""

_WITHIN: Final = 30.0  # seconds, of an answer
_RESTART: Final = 120.0  # seconds, until the service is there again
_STEPS: Final[dict[str, tuple[str, str, dict[str, str] | None]]] = {
    "confirmed": ("PUT", "/api/orders/{}/cook", None),
    "cooking": ("PUT", "/api/orders/{}/ready", None),
    "ready": ("POST", "/api/delivery/{}/assign", {"delivery_person_id": "courier-1"}),
    "delivering": ("PUT", "/api/orders/{}/status", {"status": "delivered"}),
}
_ORDER: Final[dict[str, Any]] = {
    "customer_name": "Ada",
    "customer_phone": "+15550000001",
    "customer_address": "1 Test Street",
    "pizzas": [{"name": "Margherita", "size": "large", "toppings": ["basil"]}],
    "payment_method": "cash",
}


@dataclass(frozen=True, slots=True)
class Check:
    """The database, held against what was acknowledged."""

    acknowledged: int
    delivered: int
    kills: int
    lost: int
    twice: int
    undelivered: int
    surplus: int  # that nobody has tried to place

    @property
    def is_right(self) -> bool:
        """Nothing lost, nothing twice, nothing that went back."""
        return not (self.lost or self.twice or self.undelivered or self.surplus)


class Work:
    """Numbers of the orders that are not at the door yet, and where the service is."""

    def __init__(self, journal: Journal, orders: int) -> None:
        at_the_door = {number_of(key) for key in journal.delivered}
        self.unfinished = journal.unfinished()
        self.tries = Counter(number_of(key) for key in journal.placing)
        self.url = ""
        self.done = len(at_the_door)
        self._left = iter([each for each in range(orders) if each not in at_the_door])
        self._lock = Lock()

    def next(self) -> int | None:
        with self._lock:
            return next(self._left, None)

    def count(self) -> None:
        with self._lock:
            self.done += 1


class Worker(Thread):
    """Brings one order after the other to the door, whatever becomes of the service."""

    def __init__(self, work: Work, journal: Journal) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._journal = journal
        self._connection: HTTPConnection | None = None
        self.error: str | None = None

    def run(self) -> None:
        try:
            while (number := self._work.next()) is not None:
                if unfinished := self._work.unfinished.get(number):
                    key, order = unfinished
                    self._deliver(order, self._status(order))
                else:
                    key, order, status = self._place(number)
                    self._deliver(order, status)
                self._journal.write("delivered", key)
                self._work.count()
        except RuntimeError as error:
            self.error = str(error)

    def _place(self, number: int) -> tuple[str, str, str]:
        """A try without an answer may have placed an order: the next one has another key."""
        for attempt in count(self._work.tries[number]):
            key = f"{number}-{attempt}"
            self._journal.write("placing", key)
            try:
                said = self._call("POST", "/api/orders/", {**_ORDER, "notes": key})
            except (OSError, HTTPException):
                self._wait()
                continue
            self._journal.write("placed", key, said["id"])
            return key, said["id"], said["status"]
        raise AssertionError

    def _deliver(self, order: str, status: str) -> None:
        while status != "delivered":
            method, path, body = _STEPS[status]
            try:
                status = self._call(method, path.format(order), body)["status"]
            except (OSError, HTTPException):
                status = self._status(order)

    def _status(self, order: str) -> str:
        while True:
            try:
                return str(self._call("GET", f"/api/orders/{order}")["status"])
            except (OSError, HTTPException):
                self._wait()

    def _wait(self) -> None:
        """Until the service answers."""
        ends = time.monotonic() + _RESTART
        while time.monotonic() < ends:
            self._connection = None
            try:
                self._call("GET", "/health")
            except (OSError, HTTPException):
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("the service does not come back")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        if self._connection is None:
            self._connection = HTTPConnection(urlsplit(self._work.url).netloc, timeout=_WITHIN)
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, path, sent, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:  # noqa: PLR2004 - no success
            raise RuntimeError(f"{method} {path}: status {answer.status}: {content[:200]!r}")
        said: dict[str, Any] = json.loads(content)
        return said


def play(folder: Path, orders: int, kills: int, tell: Callable[[int], None]) -> Check:
    """Bring ``orders`` to the door; the service is killed each time a share of them is there.

    What is in ``folder`` is gone on with.

    Raises:
        RuntimeError: The service refused a step, or did not come back.
    """
    database, journal = folder / "pizzeria.db", Journal(folder / "journal.txt")
    with closing(journal):
        work = Work(journal, orders)
        workers = [Worker(work, journal) for _ in range(WORKERS)]
        while work.done < orders:
            with serving(database) as pizzeria:
                work.url = pizzeria.url
                for each in workers:
                    if not each.is_alive() and each.ident is None:
                        each.start()
                _wait_for_share(work, workers, orders, kills, journal.kills, tell)
            if work.done < orders:
                journal.write("killed")
        return check(database, journal)


def _wait_for_share(
    work: Work, workers: list[Worker], orders: int, kills: int, killed: int, tell: Callable[[int], None]
) -> None:
    """Until it is time for the next kill, or all is done."""
    until = orders * (killed + 1) / (kills + 1) if killed < kills else orders
    while work.done < until:
        if errors := [each.error for each in workers if each.error]:
            raise RuntimeError(errors[0])
        tell(work.done)
        time.sleep(0.05)


def check(database: Path, journal: Journal) -> Check:
    """Read the database, which no service uses."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT notes, id, status FROM orders").fetchall()
    found = {order: (key, status) for key, order, status in rows}
    keys = Counter(key for key, _, _ in rows)
    return Check(
        acknowledged=len(journal.placed),
        delivered=len(journal.delivered),
        kills=journal.kills,
        lost=sum(found.get(order, ("",))[0] != key for key, order in journal.placed.items()),
        twice=sum(number - 1 for number in keys.values()),
        undelivered=sum(
            found.get(journal.placed[key], ("", ""))[1] != "delivered" for key in journal.delivered
        ),
        surplus=sum(key not in journal.placing for key in keys),
    )
