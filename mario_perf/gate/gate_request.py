"""What a gate was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.errors import UserError
from mario_perf.gate.certificates import Trust

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.configuration.policy import Policy
    from mario_perf.reports.outputs import Output

AUTO = "auto"
"""Of ``prometheus``: start one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; None is what the policy says."""

    demo: bool
    against: str | None
    baseline: str | None
    baseline_url: str | None
    candidate_url: str | None
    users: int | None
    duration: float | None
    max_duration: float
    rounds: int | None
    until_decided: bool
    round_duration: float
    seed: int | None
    slow: tuple[str, ...]
    delay: tuple[str, ...]
    fail: tuple[str, ...]
    prometheus: str | None
    ca: Path | None
    insecure: bool
    policy: Path | None
    same_environment: bool
    runs_dir: Path
    formats: tuple[str, ...]
    outputs: tuple[Output, ...]

    @property
    def trust(self) -> Trust:
        """Of services by URL."""
        return Trust(self.ca, self.insecure)

    @property
    def faults(self) -> tuple[str, ...]:
        """As the pizzeria takes them."""
        return tuple(
            word for option, values, _ in self._faults for value in values for word in (option, value)
        )

    @property
    def faults_shown(self) -> tuple[str, ...]:
        """The same, a text each."""
        return tuple(f"{option} {value}" for option, values, _ in self._faults for value in values)

    @property
    def neutral_faults(self) -> tuple[str, ...]:
        """The same that change nothing, for the baseline.

        Injecting costs microseconds itself: several per cent of a fast operation. With it on both sides the
        difference between them is what was asked for.
        """
        return tuple(
            word
            for option, values, neutral in self._faults
            for value in values
            for word in (option, f"{value.partition('=')[0]}={neutral}")
        )

    @property
    def _faults(self) -> tuple[tuple[str, tuple[str, ...], str], ...]:
        """Option, values, and the figure that changes nothing."""
        return (("--slow", self.slow, "1"), ("--delay", self.delay, "0ms"), ("--fail", self.fail, "0"))


def check(wish: Wish) -> None:
    """See that the options go together.

    Raises:
        UserError: they do not.
    """
    if wish.demo and (wish.against or wish.baseline is not None or wish.baseline_url or wish.candidate_url):
        raise UserError(
            "--demo compares the built-in pizzeria with itself; leave out --against, --baseline and URLs"
        )
    if (wish.baseline_url is None) != (wish.candidate_url is None):
        raise UserError("--baseline-url and --candidate-url go together; give both")
    urls = wish.baseline_url is not None
    if urls and (wish.against or wish.baseline is not None or wish.faults or wish.prometheus == AUTO):
        raise UserError(
            "running services cannot be built or changed; leave out --against, --baseline, --slow, --delay, "
            "--fail and --prometheus auto"
        )
    if urls and wish.same_environment:
        raise UserError("--same-environment is only for builds that the gate starts; leave it out")
    if wish.baseline and wish.against:
        raise UserError(
            f"--baseline {wish.baseline} names stored runs, so --against has no effect; leave out one of them"
        )
    if (wish.ca or wish.insecure) and not urls:
        raise UserError(
            "--ca and --insecure are only for running services; give --baseline-url and --candidate-url"
        )
    if wish.prometheus not in {None, AUTO} and not urls:
        raise UserError(
            "a running Prometheus does not scrape the services that the gate starts; "
            "use --prometheus auto, or give --baseline-url and --candidate-url"
        )


def check_faults(wish: Wish, policy: Policy) -> None:
    """See that the service under test can be made slower.

    Raises:
        UserError: only the embedded pizzeria knows faults.
    """
    if wish.faults and policy.service is not None:
        raise UserError(
            "--slow, --delay and --fail work only with the built-in pizzeria; leave them out, or [service]"
        )
