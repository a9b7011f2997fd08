"""Duets of services that are nowhere, for tests that play rounds of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mario_perf.gate.duet import Duet
from mario_perf.gate.load_process import LoadPlan
from mario_perf.gate.sides import ServiceTarget, serve_targets
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.configuration.policy import Policy

NOWHERE = serve_targets(*(ServiceTarget(f"http://127.0.0.1:{port}", None, "/metrics") for port in (1, 2)))
LOAD = LoadPlan(
    users=1, seed=1, scenario="mario", warm_up=1.0, window=3.7, think="0", quiet=0.3, initial_idle=0.0
)


class SilentNarrator:
    def say(self, text: str) -> None:
        pass

    def warn(self, text: str) -> None:
        """Nobody reads it."""

    def tick(self) -> None:
        pass


def duet_setup(folder: Path, policy: Policy, **changes: Any) -> Duet:
    """A duet that ends when it is decided, with much time; ``changes`` are of its fields."""
    values: dict[str, Any] = {
        "serving": NOWHERE,
        "load": LOAD,
        "max_duration": 1000.0,
        "max_rounds": None,
        "until_decided": True,
    }
    return Duet(policy=policy, source_of=open_source(policy), folder=folder, **values | changes)
