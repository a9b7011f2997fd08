"""Builds that name different dependencies: refuse to run them in one environment, unless asked to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.builds import git
from mario_perf.builds.dependencies import differing, names_dependencies, ready_made, resolves
from mario_perf.errors import UserError, listed
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.builds.git import Checkout
    from mario_perf.configuration.policy import Service
    from mario_perf.model import Finding
    from mario_perf.run_record import TargetRecord

INSTEAD = "--same-environment to compare the code alone"


@dataclass(frozen=True, slots=True)
class Difference:
    """Dependency files that differ, and whether a setup installs each build's own."""

    paths: tuple[str, ...] = ()
    prepared: bool = True


def difference(baseline: str, candidate: Checkout, service: Service | None, *, accepted: bool) -> Difference:
    """Compare the dependency files of a baseline's commit and of the candidate.

    Raises:
        UserError: they differ, no setup installs them, and neither ``accepted`` nor an empty ``setup`` allows
            that.
    """
    before = git.committed_files(baseline, names_dependencies)
    paths = differing(before, git.files(candidate, names_dependencies))
    prepared = service is not None and bool(service.setup or resolves(service.start))
    if paths and not (prepared or accepted) and (service is None or service.setup is None):
        raise UserError(
            f"{_differ(paths)}, and without a setup both builds would run with the same packages, so the "
            f"gate could not see the effect of the change; give {_advice(service, paths)}"
        )
    return Difference(paths, prepared)


def told(found: Difference, targets: Sequence[TargetRecord]) -> Iterator[Finding]:
    """A warning if both sides ran with the same packages anyway."""
    loaded = [target.packages.versions for target in targets if target.packages]
    same = len(loaded) > 1 and loaded[0] == loaded[1]
    if found.paths and (same or not found.prepared):
        yield Code.SAME_PACKAGES.finding(differing=_differ(found.paths))


def _differ(paths: Sequence[str]) -> str:
    return f"{listed(paths)} {'differ' if len(paths) > 1 else 'differs'} between the builds"


def _advice(service: Service | None, paths: Sequence[str]) -> str:
    if service is None:
        return INSTEAD
    return f'setup = "{ready_made(paths)}" in [service] of perf.toml (or a command), or {INSTEAD}'
