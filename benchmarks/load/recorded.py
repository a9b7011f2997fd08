"""A locustfile on the harness, with the user class that ``BENCHMARK_USER`` names.

``Asking`` sends one GET of ``BENCHMARK_PATH`` a journey. ``Mario`` plays the journeys at Mario's, and
``MarioOnFastHttp`` the same steps, counted by the same counters, through the client of Locust's FastHttpUser.
"""

from __future__ import annotations

import os
from typing import Any

import mario_user
from locust import FastHttpUser

from mario_perf.load import locust_plugin

ASK = locust_plugin.Step("ask", "Ask", "GET")


def ask(user: locust_plugin.MeasuredUser) -> None:
    """One step."""
    user.session.step(ASK, os.environ["BENCHMARK_PATH"])


class OnFastHttp:
    """Before a measured user and FastHttpUser: the client that FastHttpUser has made stays."""

    client: Any

    def new_client(self) -> Any:  # noqa: ANN401 - where a measured user makes one
        """The only one: without a duet no other is used."""
        return self.client


USERS: dict[str, tuple[tuple[type, ...], dict[str, Any]]] = {
    "Asking": ((locust_plugin.MeasuredUser,), {"tasks": [ask]}),
    "Mario": ((mario_user.MarioUser,), {}),
    "MarioOnFastHttp": ((OnFastHttp, mario_user.MarioUser, FastHttpUser), {}),
}
bases, settings = USERS[os.environ["BENCHMARK_USER"]]
Chosen = type("Chosen", bases, {"__doc__": "Who is measured.", **settings})
