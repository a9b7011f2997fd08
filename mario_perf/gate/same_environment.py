"""Builds that name different dependencies: refuse to run them in one environment, unless asked to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.builds import git
from mario_perf.builds.dependencies import changed_files, names_dependencies, resolves, suggest_setup
from mario_perf.errors import UserError, listed
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.builds.git import Checkout
    from mario_perf.configuration.policy import Service
    from mario_perf.model import Finding
    from mario_perf.run_record import TargetRecord

ALTERNATIVE = "--same-environment to compare the code alone"


@dataclass(frozen=True, slots=True)
class DependencyDifference:
    """Dependency files that differ, and whether a setup installs each build's own."""

    paths: tuple[str, ...] = ()
    separate_packages: bool = True


def compare_dependencies(
    baseline: str, candidate: Checkout, service: Service | None, *, accepted: bool
) -> DependencyDifference:
    """Compare the dependency files of a baseline's commit and of the candidate.

    Raises:
        UserError: they differ, no setup installs them, and neither ``accepted`` nor an empty ``setup`` allows
            that.
    """
    baseline_files = git.committed_files(baseline, names_dependencies)
    paths = changed_files(baseline_files, git.files(candidate, names_dependencies))
    separate_packages = service is not None and bool(service.setup or resolves(service.start))
    if paths and not (separate_packages or accepted) and (service is None or service.setup is None):
        raise UserError(
            f"{_difference_text(paths)}, and without a setup both builds would run with the same packages, "
            f"so the gate could not see the effect of the change; give {_advice(service, paths)}"
        )
    return DependencyDifference(paths, separate_packages)


def package_findings(difference: DependencyDifference, targets: Sequence[TargetRecord]) -> Iterator[Finding]:
    """A warning if both sides ran with the same packages anyway."""
    versions = [target.packages.versions for target in targets if target.packages]
    same = len(versions) > 1 and versions[0] == versions[1]
    if difference.paths and (same or not difference.separate_packages):
        yield Code.SAME_PACKAGES.finding(differing=_difference_text(difference.paths))


def _difference_text(paths: Sequence[str]) -> str:
    return f"{listed(paths)} {'differ' if len(paths) > 1 else 'differs'} between the builds"


def _advice(service: Service | None, paths: Sequence[str]) -> str:
    if service is None:
        return ALTERNATIVE
    return f'setup = "{suggest_setup(paths)}" in [service] of perf.toml (or a command), or {ALTERNATIVE}'
