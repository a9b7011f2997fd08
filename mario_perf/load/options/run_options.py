"""The options of one run, typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mario_perf.load import trusted_certificates
from mario_perf.load.arrivals.shapes import Shape, Stage
from mario_perf.load.options.argument_types import think_time

if TYPE_CHECKING:
    import ssl
    from argparse import Namespace
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Options:
    """The load's own options, times in seconds. Without a ``rate`` the model is closed."""

    duet: str | None
    reference: str | None  # its URL
    seed: int
    scenario: str
    rate: float | None  # journeys a second
    max_users: int  # of the open model; Locust knows those of the closed one
    arrivals: Literal["constant", "poisson"]
    shape: Shape
    warm_up: float
    window: float | None
    quiet: float
    request_timeout: float | None
    think: tuple[float, float]
    runs_dir: Path
    run_id: str | None
    metrics_path: str
    scrape_interval: float
    insecure: bool
    ca: str | None  # in PEM
    revision: str | None
    baseline_revision: str | None
    allowed_hosts: frozenset[str]  # besides loopback
    alternate: float | None = None  # seconds of a build's turn in a duet; None: both are asked at once
    pids: Mapping[str, int] = field(default_factory=dict)  # by side: of services on this machine

    @classmethod
    def from_parsed(cls, parsed: Namespace) -> Options:
        """Type what Locust has parsed and ``resolve`` has completed, here or in this worker's master."""
        return cls(
            duet=parsed.duet or None,
            reference=parsed.reference_url or None,
            seed=parsed.seed,
            scenario=parsed.scenario,
            rate=float(parsed.rate) if parsed.rate else None,
            max_users=parsed.user_limit,
            arrivals=parsed.arrivals,
            shape=Shape(parsed.shape, tuple(Stage(*stage) for stage in parsed.stages)),
            warm_up=parsed.warm_up,
            window=parsed.window,
            quiet=parsed.quiet,
            request_timeout=parsed.request_timeout,
            think=think_time(parsed.think),
            runs_dir=Path(parsed.runs_dir).resolve(),
            run_id=parsed.run_id or None,
            metrics_path=parsed.metrics_path,
            scrape_interval=parsed.scrape_interval,
            insecure=parsed.insecure,
            ca=parsed.authorities,
            revision=parsed.revision or None,
            baseline_revision=parsed.baseline_revision or None,
            allowed_hosts=frozenset(host.lower() for host in parsed.allow_host or ()),
            alternate=parsed.alternate,
            pids={
                side: pid
                for side, pid in (("candidate", parsed.pid), ("baseline", parsed.baseline_pid))
                if pid is not None
            },
        )

    def tls(self) -> ssl.SSLContext:
        """The TLS context of all connections to the service."""
        return trusted_certificates.context(self.ca, insecure=self.insecure)
