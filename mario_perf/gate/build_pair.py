"""The two builds that a gate starts: the candidate's files, and the commit of the baseline."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.builds import embedded_pizzeria, git, origin
from mario_perf.builds.build import Build
from mario_perf.builds.pizzeria_faults import baseline_words, candidate_words
from mario_perf.builds.preparation import prepare
from mario_perf.errors import UserError
from mario_perf.gate.same_environment import DependencyDifference, compare_dependencies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from mario_perf.builds.git import Checkout
    from mario_perf.builds.origin import ServiceOrigin
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.gate_request import GateRequest
    from mario_perf.model import Commit, Subject
    from mario_perf.reports.progress import Narrator


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
        found = self if self.commit else replace(self, commit=find_commit(None, self.candidate))
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
    commit = None if unneeded else find_commit(request.against, candidate)
    return BuildPair(candidate, commit, request.same_environment)


@contextmanager
def prepare_builds(
    baseline: AbstractContextManager[Checkout],
    candidate: ServiceOrigin,
    injected: Sequence[tuple[str, str]],
    folder: Path,
    narrator: Narrator,
) -> Iterator[tuple[Build, Build]]:
    """Baseline and candidate with all that they need; the candidate with faults. Logs go into ``folder``.

    Raises:
        UserError: one cannot be prepared.
    """
    narrator.say(f"measuring {candidate}")
    neutral, faults = baseline_words(injected), candidate_words(injected)
    with baseline as checkout:
        narrator.say(revisions_text(checkout, candidate.checkout))
        with (
            prepare(Build("baseline", checkout, candidate.service, neutral), folder, narrator) as first,
            prepare(
                Build("candidate", candidate.checkout, candidate.service, faults), folder, narrator
            ) as last,
        ):
            yield first, last


def revisions_text(baseline: Checkout, candidate: Checkout) -> str:
    suffix = ": the same build" if baseline.revision == candidate.revision else ""
    return f"baseline {baseline.revision}, candidate {candidate.revision}{suffix}"


def _with_title(commit: Commit | None) -> Commit | None:
    return commit and replace(commit, title=git.title(commit.revision.partition(" ")[0]))


def find_commit(against: str | None, candidate: ServiceOrigin) -> str:
    """The baseline's commit.

    Raises:
        UserError: there is no such commit, or nothing in it can be started.
    """
    commit = git.resolve(against) if against else git.default_baseline()
    if candidate.service is None and not git.has_file(commit, embedded_pizzeria.MAIN):
        raise UserError(
            f"{against or commit[:12]} has no pizzeria ({embedded_pizzeria.MAIN}); "
            "give --against a revision that has one"
        )
    return commit
