"""The services of one run, for as long as it takes: a candidate, and in a duet the baseline beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mario_perf.builds.build import Build, Instance, serve
from mario_perf.builds.packages import packages_of
from mario_perf.otlp import receiver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mario_perf.builds.processes import Child
    from mario_perf.otlp.receiver import OtlpReceiver
    from mario_perf.run_record import Packages


@dataclass(frozen=True, slots=True)
class ServiceTarget:
    """``metrics_path`` is a path of the service, or a whole URL; ``{side}`` stands for its side."""

    url: str
    revision: str | None
    metrics_path: str
    pid: int | None = None  # None: it was not started here


@dataclass(frozen=True, slots=True)
class Services:
    """What answers, and the processes to watch. A service that was not started here has none."""

    candidate: ServiceTarget
    baseline: ServiceTarget | None = None  # a duet has one
    processes: tuple[Child, ...] = ()
    packages: Mapping[str, Packages | None] = field(default_factory=dict)  # by side
    fresh: bool = True  # started anew for this run

    @property
    def by_side(self) -> dict[str, ServiceTarget]:
        """Baseline first."""
        baseline = {} if self.baseline is None else {"baseline": self.baseline}
        return {**baseline, "candidate": self.candidate}

    def end(self) -> None:
        """Ask what was started here to end; returns at once, so that the run is measured meanwhile."""
        for each in self.processes:
            each.terminate()


ScrapePorts = Callable[[Sequence[int]], None]
"""Takes the ports of the services that run now, and returns when they are scraped."""

Serving = Callable[[int, "Path"], AbstractContextManager[Services]]
"""From a run's seed and its folder to its services."""


def serve_builds(
    candidate: Build, baseline: Build | None = None, *, scrape_ports: ScrapePorts = lambda _: None
) -> Serving:
    """New processes for every run; the side that is started first alternates.

    The packages are read once: the environments stay as they are.
    """
    builds = {"candidate": candidate} if baseline is None else {"baseline": baseline, "candidate": candidate}
    packages: dict[str, Packages | None] = {}

    @contextmanager
    def serving(seed: int, folder: Path) -> Iterator[Services]:
        order = list(builds) if seed % 2 else list(reversed(builds))
        with (
            _receiver(candidate) as pushed,
            serve([_pushing(builds[side], side, pushed) for side in order], seed, folder) as instances,
        ):
            by_side = dict(zip(order, instances, strict=True))
            for side, each in by_side.items() if not packages else ():
                packages[side] = packages_of(each.process.process.pid)
            scrape_ports([each.port for each in instances])
            targets = {side: _target(each, pushed) for side, each in by_side.items()}
            processes = tuple(each.process for each in instances)
            yield Services(targets["candidate"], targets.get("baseline"), processes, packages)

    return serving


def serve_targets(
    candidate: ServiceTarget,
    baseline: ServiceTarget | None = None,
    *,
    restart: Callable[[], None] | None = None,
) -> Serving:
    """Services that run already: the same in every run, unless something restarts them before each."""

    @contextmanager
    def serving(seed: int, folder: Path) -> Iterator[Services]:  # noqa: ARG001 - nothing is started
        if restart is not None:
            restart()
        yield Services(candidate, baseline, fresh=restart is not None)

    return serving


def _receiver(build: Build) -> AbstractContextManager[OtlpReceiver | None]:
    """What the builds of one run push to; a new one for each run, so that nothing is left in it."""
    return receiver.receive() if build.pushes else nullcontext()


def _pushing(build: Build, side: str, pushed: OtlpReceiver | None) -> Build:
    if pushed is None:
        return build
    return replace(build, variables=receiver.environment(pushed.push_url(side)))


def _target(instance: Instance, pushed: OtlpReceiver | None) -> ServiceTarget:
    build = instance.build
    page = build.metrics_path if pushed is None else pushed.page_url("{side}")
    return ServiceTarget(instance.url, build.checkout.revision, page, instance.process.process.pid)
