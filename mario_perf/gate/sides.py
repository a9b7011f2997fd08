"""The two services of a duet, for the time of a round."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mario_perf.builds.build import Build, served
from mario_perf.builds.packages import packages_of
from mario_perf.gate.load_process import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mario_perf.builds.processes import Child
    from mario_perf.run_record import Packages


@dataclass(frozen=True, slots=True)
class Sides:
    """Both services, answering, and the processes to keep an eye on."""

    baseline: Target
    candidate: Target
    processes: tuple[Child, ...]
    packages: Mapping[str, Packages | None] = field(default_factory=dict)  # by side


Serving = Callable[[int, "Path"], AbstractContextManager[Sides]]
"""From a round's number (from 1) and its folder to its two services."""


def fresh(baseline: Build, candidate: Build) -> Serving:
    """New processes for every round; the side that is started first alternates.

    What they have to load is read once: the environments stay as they are.
    """
    packages: dict[str, Packages | None] = {}

    @contextmanager
    def serving(number: int, folder: Path) -> Iterator[Sides]:
        order = (baseline, candidate) if number % 2 else (candidate, baseline)
        with served(order, number, folder) as children:
            for child in children if not packages else ():
                packages[child.name] = packages_of(child.process.pid)
            yield Sides(target(baseline), target(candidate), children, packages)

    return serving


def given(baseline: Target, candidate: Target) -> Serving:
    """Services that run already, the same in every round."""

    @contextmanager
    def serving(number: int, folder: Path) -> Iterator[Sides]:  # noqa: ARG001 - nothing is started
        yield Sides(baseline, candidate, ())

    return serving


def target(build: Build) -> Target:
    """Where a build is reached."""
    return Target(build.url, build.checkout.revision, build.metrics_path)
