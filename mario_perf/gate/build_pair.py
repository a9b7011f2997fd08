"""The two builds that a gate starts: the candidate's files, and the commit of the baseline."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.builds import embedded_pizzeria, git, origin
from mario_perf.errors import UserError
from mario_perf.gate.same_environment import DependencyDifference, compare_dependencies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.builds.git import Checkout
    from mario_perf.builds.origin import ServiceOrigin
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.gate_request import GateRequest
    from mario_perf.model import Commit, Subject


@dataclass(frozen=True, slots=True)
class BuildPair:
    """Both sides, before anything is started.

    Without a ``commit``, the baseline is looked up only when it is needed: stored runs may replace it.
    """

    candidate: ServiceOrigin
    commit: str | None
    same_environment: bool = False  # whether other dependencies are accepted

    @contextmanager
    def baseline(self) -> Iterator[Checkout]:
        """The baseline's files, gone afterwards; a demo plays the candidate's own.

        Raises:
            UserError: there is no such commit, git cannot check it out, or it names other dependencies.
        """
        if self.candidate.demo:
            yield self.candidate.checkout
            return
        found = self if self.commit else replace(self, commit=_commit(None, self.candidate))
        if not self.commit:
            found.compare_dependencies(accepted=self.same_environment)
        assert found.commit  # noqa: S101 - it was looked up
        with git.check_out(found.commit) as checkout:
            yield checkout

    def compare_dependencies(self, *, accepted: bool) -> DependencyDifference:
        """What the builds differ by in the dependencies that they name; nothing where none is built yet.

        Raises:
            UserError: they would run with the same packages all the same, and ``accepted`` is false.
        """
        if self.commit is None:
            return DependencyDifference()
        return compare_dependencies(
            self.commit, self.candidate.checkout, self.candidate.service, accepted=accepted
        )

    def describe(self, subject: Subject) -> Subject:
        """What was compared, with what the repository tells of it."""
        if self.candidate.demo:
            return replace(subject, service=str(self.candidate), project=subject.project or "demo")
        return replace(
            subject,
            service=str(self.candidate),
            project=subject.project or git.project(),
            branch=subject.branch or git.branch(),
            baseline=_with_title(subject.baseline),
            candidate=_with_title(subject.candidate),
        )


def find_pair(request: GateRequest, policy: Policy, *, has_stored_runs: bool) -> BuildPair:
    """The builds of a gate without URLs.

    Raises:
        UserError: nothing says how the service is started, or there is no such commit.
    """
    candidate = origin.find(policy, request.policy, demo=request.demo)
    unneeded = request.demo or request.itself or (has_stored_runs and not request.against)
    commit = None if unneeded else _commit(request.against, candidate)
    return BuildPair(candidate, commit, request.same_environment)


def _with_title(commit: Commit | None) -> Commit | None:
    return commit and replace(commit, title=git.title(commit.revision.partition(" ")[0]))


def _commit(against: str | None, candidate: ServiceOrigin) -> str:
    commit = git.resolve(against) if against else git.default_baseline()
    if candidate.service is None and not git.has_file(commit, embedded_pizzeria.MAIN):
        raise UserError(
            f"{against or commit[:12]} has no pizzeria ({embedded_pizzeria.MAIN}); "
            "give --against a revision that has one"
        )
    return commit
