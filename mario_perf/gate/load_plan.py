"""The load of every kind of run: what the command asks for, else what the policy says, else what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mario_perf.configuration import policy_file
from mario_perf.gate.certificates import SYSTEM_CERTIFICATES, TlsSettings
from mario_perf.gate.load_process import LoadPlan, find_locustfile

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.configuration.policy import Policy

ROUND_WINDOW = 3.7
"""Seconds that a round of a duet measures, unless another is asked for."""

QUIET = 0.05
"""Seconds of both quiet edges, after the scrape that is taken there."""

QUIET_FOR_PROMETHEUS = 1.3
"""The same where a Prometheus that scrapes every second has to see it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Users and think time without an option or policy that says otherwise; and seconds of warm-up."""

    users: int
    think: str
    warm_up: float


BACK_TO_BACK: Final = Pace(users=1, think="0", warm_up=0.5)
"""Of a duet. On two cores, one user without pauses gets as many executions a second as two or four, because
the load generator is the bottleneck. Rounds of one user also differ less."""

WITH_PAUSES: Final = Pace(users=20, think="0.05:0.2", warm_up=1.0)
"""Of runs that are compared with stored ones."""


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What a command asks for. ``window`` in seconds; None is what the policy says.

    ``prometheus``: a Prometheus reads the services, and has to see both edges of the window.
    """

    window: float
    users: int | None = None
    seed: int | None = None
    scenario: str | None = None
    rate: float | None = None
    arrivals: str | None = None
    tls: TlsSettings = SYSTEM_CERTIFICATES
    hosts: tuple[str, ...] = ()
    prometheus: bool = False
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    reference: str = "off"


def plan_load(policy: Policy, policy_path: Path | None, pace: Pace, request: LoadRequest) -> LoadPlan:
    """The load of a run.

    Raises:
        UserError: the policy names a locustfile that is not there.
    """
    settings = policy.load
    script = find_locustfile(settings, policy_path or policy_file.DEFAULT_PATH)
    rate = settings.rate if request.rate is None else request.rate
    return LoadPlan(
        users=request.users or settings.users or (pace.users if rate is None else None),
        seed=settings.seed if request.seed is None else request.seed,
        scenario=request.scenario or settings.scenario or script.stem,
        warm_up=pace.warm_up,
        window=request.window,
        think=pace.think,
        quiet=QUIET_FOR_PROMETHEUS if request.prometheus else QUIET,
        initial_idle=QUIET_FOR_PROMETHEUS if request.prometheus else 0.0,
        locustfile=script,
        rate=rate,
        arrivals=request.arrivals or settings.arrivals,
        tls=request.tls,
        hosts=(*settings.hosts, *request.hosts),
        reference=request.reference,
        tags=request.tags or settings.tags,
        exclude_tags=request.exclude_tags or settings.exclude_tags,
    )
