"""Both builds in one environment: refused where they name other dependencies, unless somebody wants it so."""

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
    """Files that name other dependencies in the candidate; whether each build gets what it names."""

    paths: tuple[str, ...] = ()
    prepared: bool = True


def difference(baseline: str, candidate: Checkout, service: Service | None, *, accepted: bool) -> Difference:
    """What a baseline's commit and the candidate differ by.

    Raises:
        UserError: nothing prepares them, and neither ``accepted`` nor an empty ``setup`` says that this is
            meant.
    """
    before = git.committed_files(baseline, names_dependencies)
    paths = differing(before, git.files(candidate, names_dependencies))
    prepared = service is not None and bool(service.setup or resolves(service.start))
    if paths and not (prepared or accepted) and (service is None or service.setup is None):
        raise UserError(
            f"{_differ(paths)}, and nothing prepares an environment for each: both would run with the same "
            f"packages, and the gate would not see what the new ones do; give {_advice(service, paths)}"
        )
    return Difference(paths, prepared)


def told(found: Difference, targets: Sequence[TargetRecord]) -> Iterator[Finding]:
    """A warning where both sides ran with the same packages all the same, by intention or by mistake."""
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
