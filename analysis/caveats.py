"""What a reader must know of a comparison, beyond what each run says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import environments
from analysis.errors import listed, nearest
from analysis.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from analysis.policy import Policy
    from analysis.run_record import Environment


def few_samples(successes: Mapping[str, int], policy: Policy) -> Iterator[Finding]:
    """Operations with fewer successes than the policy asks for, all runs together."""
    few = [
        f"{name} ({count} of {policy.of(name).min_samples})"
        for name, count in sorted(successes.items())
        if count < policy.of(name).min_samples
    ]
    if few:
        yield Finding(
            "few-samples",
            Severity.WARNING,
            f"too few successes to judge {listed(few)}; run longer or with more users",
        )


def unmatched(policy: Policy, executed: Iterable[str]) -> Iterator[Finding]:
    """Operations that the policy names and that did not run: a limit must not hold because nothing came."""
    known = set(executed)
    for name, thresholds in sorted(policy.operations.items()):
        if name not in known and not thresholds.ignore:
            limited = thresholds.p95 is not None or thresholds.error_ratio is not None
            yield Finding(
                "operation-not-executed",
                Severity.INVALID if limited else Severity.WARNING,
                f"[operations.{name}] in the policy: not executed; executed, nearest: {nearest(name, known)}",
            )


def package_changes(baseline: Environment, candidate: Environment) -> Iterator[Finding]:
    """Packages of other versions than the baseline's: the change may be theirs."""
    changed = environments.package_changes(baseline, candidate)
    if changed:
        names = [f"{name} {before} to {now}" for name, (before, now) in changed.items()]
        yield Finding(
            "packages-changed", Severity.NOTE, f"versions changed since the baseline: {listed(names)}"
        )
