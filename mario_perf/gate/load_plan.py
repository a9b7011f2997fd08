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


USERS: Final = 1
THINK: Final = "0"
"""One user without pauses, unless an option or the policy says otherwise. On two cores it gets as many
executions a second as two or four, because the load generator is the bottleneck; and runs of one user differ
less. Where users pause, processors sleep and caches cool down, each time by another amount: typical times of
two runs of one build in an hour then lie 16 to 21 % apart, and 2 to 5 % without pauses."""

SELF_PACED_USERS: Final = 20
"""Users of the locustfile's own that pause as they please."""

WARM_UP: Final = 0.5
"""Seconds."""


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


def plan_load(policy: Policy, policy_path: Path | None, request: LoadRequest) -> LoadPlan:
    """The load of a run.

    Raises:
        UserError: the policy names a locustfile that is not there.
    """
    settings = policy.load
    script = find_locustfile(settings, policy_path or policy_file.DEFAULT_PATH)
    rate = settings.rate if request.rate is None else request.rate
    asked = request.users or settings.users
    usual = None if rate else USERS
    return LoadPlan(
        users=asked or usual,
        self_paced_users=None if asked or rate else SELF_PACED_USERS,
        seed=settings.seed if request.seed is None else request.seed,
        scenario=request.scenario or settings.scenario or script.stem,
        warm_up=WARM_UP,
        window=request.window,
        think=THINK,
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
