"""What a gate was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mario_perf.builds import pizzeria_faults
from mario_perf.builds.pizzeria_faults import FLAGS_TEXT
from mario_perf.errors import UserError
from mario_perf.gate.certificates import TlsSettings
from mario_perf.otlp import receiver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.load_levels import Levels
    from mario_perf.reports.outputs import Output
    from mario_perf.run_record import Part, Side

AUTO = "auto"
"""Of ``prometheus``: start one."""

TIME_FOR_BOTH = 120.0
"""Seconds that a gate needs for both parts: with fewer neither has rounds enough."""


@dataclass(frozen=True, slots=True)
class GateRequest:
    """What was asked for; None is what the policy says.

    ``injected`` are faults by name, such as ``("slow", "PlaceOrderCommand=1.2")``.
    """

    demo: bool
    against: str | None
    baseline: str | None
    baseline_url: str | None
    candidate_url: str | None
    restart: str | None
    users: int | None
    duration: float | None
    max_duration: float
    rounds: int | None
    part: Literal["alone", "load", "both"] | None
    until_decided: bool
    round_duration: float
    seed: int | None
    injected: tuple[tuple[str, str], ...]
    prometheus: str | None
    matchers: Mapping[str, str]  # of each side's one target in Prometheus
    replicas: Mapping[Side, Mapping[str, str]]  # by side: of all its targets
    otlp_port: int | None
    ca: Path | None
    insecure: bool
    allow_host: tuple[str, ...]
    policy: Path | None
    same_environment: bool
    tags: tuple[str, ...]
    exclude_tags: tuple[str, ...]
    runs_dir: Path
    continued: Path | None  # the folder of a gate that is played on
    formats: tuple[str, ...]
    outputs: tuple[Output, ...]
    reference: str = "auto"
    itself: bool = False  # the candidate's build is the baseline as well
    levels: Levels | None = None  # of load: the part under load at each of them

    @property
    def parts(self) -> tuple[Part, ...]:
        """In the order of play."""
        if self.levels is not None:
            return ("load",)
        part = self.part or ("both" if self._has_time_for_both else "alone")
        return ("alone", "load") if part == "both" else (part,)

    @property
    def _has_time_for_both(self) -> bool:
        """Whether the gate starts both builds, and nothing asks for a short one."""
        starts_both = self.baseline is None and self.baseline_url is None
        return starts_both and self.rounds is None and self.max_duration >= TIME_FOR_BOTH

    @property
    def tls(self) -> TlsSettings:
        """Of services by URL."""
        return TlsSettings(self.ca, self.insecure)

    @property
    def push_port(self) -> int:
        """Where running services push to."""
        return self.otlp_port or receiver.DEFAULT_PORT

    @property
    def faults(self) -> tuple[str, ...]:
        """As the pizzeria takes them."""
        return pizzeria_faults.candidate_words(self.injected)

    @property
    def fault_texts(self) -> tuple[str, ...]:
        return tuple(f"--{name} {word}" for name, word in self.injected)


def check(request: GateRequest) -> None:
    """See that the options go together.

    Raises:
        UserError: they do not.
    """
    if request.demo and (
        request.against or request.baseline is not None or request.baseline_url or request.candidate_url
    ):
        raise UserError(
            "--demo compares the built-in pizzeria with itself; leave out --against, --baseline and URLs"
        )
    if (request.baseline_url is None) != (request.candidate_url is None):
        raise UserError("--baseline-url and --candidate-url go together; give both")
    urls = request.baseline_url is not None
    if urls and (
        request.against or request.baseline is not None or request.faults or request.prometheus == AUTO
    ):
        raise UserError(
            "running services cannot be built or changed; leave out --against, --baseline, "
            f"--prometheus auto and faults ({FLAGS_TEXT})"
        )
    if urls and request.same_environment:
        raise UserError("--same-environment is only for builds that the gate starts; leave it out")
    if request.restart and not urls:
        raise UserError(
            "--restart is only for running services: the gate starts its own anew in each round; leave it out"
        )
    _check_levels(request)
    if request.baseline is not None and request.part not in {None, "alone"}:
        raise UserError(
            "the part under load needs two builds that run beside each other; leave out --baseline or --part"
        )
    if request.baseline and request.against:
        raise UserError(
            f"--baseline {request.baseline} names stored runs, so --against has no effect; "
            "leave out one of them"
        )
    if (request.ca or request.insecure) and not urls:
        raise UserError(
            "--ca and --insecure are only for running services; give --baseline-url and --candidate-url"
        )
    _check_prometheus(request)


def _check_levels(request: GateRequest) -> None:
    if request.levels is None:
        return
    if request.baseline is not None:
        raise UserError("--levels needs two builds that run beside each other; leave out --baseline")
    if request.part not in {None, "load"}:
        raise UserError("--levels plays the part under load alone; leave out --part")
    if request.max_duration < (least := request.levels.least_seconds):
        raise UserError(
            f"{len(request.levels.values)} levels need at least {least:.0f} s; give --max-duration "
            f"{least:.0f}, or fewer levels"
        )


def _check_prometheus(request: GateRequest) -> None:
    if (request.matchers or request.replicas) and request.prometheus in {None, AUTO}:
        raise UserError(
            "--prometheus-match is for a running Prometheus; give --prometheus URL, or leave it out"
        )
    if request.prometheus not in {None, AUTO} and request.baseline_url is None:
        raise UserError(
            "a running Prometheus does not scrape the services that the gate starts; "
            "use --prometheus auto, or give --baseline-url and --candidate-url"
        )


def check_metrics(request: GateRequest, policy: Policy) -> None:
    """See that a Prometheus is asked only about a service that shows metrics.

    Raises:
        UserError: the policy says that it shows none.
    """
    if request.otlp_port and not (policy.pushes and request.baseline_url):
        raise UserError(
            '--otlp-port is only for running services with [service] metrics = "otlp"; leave it out: '
            "the gate itself tells the services that it starts where to push"
        )
    if request.prometheus and policy.pushes:
        raise UserError('--prometheus cannot read what [service] metrics = "otlp" pushes; leave out one')
    if request.prometheus and policy.by_client:
        raise UserError('--prometheus has nothing to read with [service] metrics = "client"; leave out one')


def check_faults(request: GateRequest, policy: Policy) -> None:
    """See that the service under test can be made slower.

    Raises:
        UserError: only the embedded pizzeria knows faults.
    """
    if request.faults and policy.service is not None:
        raise UserError(f"faults work only with the built-in pizzeria; leave out {FLAGS_TEXT}, or [service]")
