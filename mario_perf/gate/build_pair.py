"""The two builds that a gate starts: the candidate's files, and the commit of the baseline."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.builds import embedded_pizzeria, git, origin
from mario_perf.errors import UserError
from mario_perf.gate.same_environment import Difference, difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.builds.git import Checkout
    from mario_perf.builds.origin import Origin
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.gate_request import Wish
    from mario_perf.model import Commit, Subject


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides, before anything is started.

    Without a ``commit`` the baseline is looked up when it is needed: where runs are kept it may never be.
    """

    candidate: Origin
    commit: str | None

    @contextmanager
    def baseline(self) -> Iterator[Checkout]:
        """The baseline's files, gone afterwards; a demo plays the candidate's own.

        Raises:
            UserError: there is no such commit, or git cannot check it out.
        """
        if self.candidate.demo:
            yield self.candidate.checkout
            return
        with git.checked_out(self.commit or _commit(None, self.candidate)) as checkout:
            yield checkout

    def difference(self, *, accepted: bool) -> Difference:
        """What the builds differ by in the dependencies that they name; nothing where none is built yet.

        Raises:
            UserError: they would run with the same packages all the same, and ``accepted`` is false.
        """
        if self.commit is None:
            return Difference()
        return difference(self.commit, self.candidate.checkout, self.candidate.service, accepted=accepted)

    def described(self, known: Subject) -> Subject:
        """What was compared, with what the repository tells of it."""
        if self.candidate.demo:
            return replace(known, service=str(self.candidate), project=known.project or "demo")
        return replace(
            known,
            service=str(self.candidate),
            project=known.project or git.project(),
            branch=known.branch or git.branch(),
            baseline=_titled(known.baseline),
            candidate=_titled(known.candidate),
        )


def find(wish: Wish, policy: Policy, *, kept: bool) -> Pair:
    """What a gate without URLs compares; ``kept``: stored runs exist.

    Raises:
        UserError: nothing says how the service is started, or there is no such commit.
    """
    candidate = origin.find(policy, wish.policy, demo=wish.demo)
    unneeded = wish.demo or (kept and not wish.against)
    return Pair(candidate, None if unneeded else _commit(wish.against, candidate))


def _titled(commit: Commit | None) -> Commit | None:
    return commit and replace(commit, title=git.title(commit.revision.partition(" ")[0]))


def _commit(against: str | None, candidate: Origin) -> str:
    commit = git.resolve(against) if against else git.default_baseline()
    if candidate.service is None and not git.holds(commit, embedded_pizzeria.MAIN):
        raise UserError(
            f"{against or commit[:12]} has no pizzeria ({embedded_pizzeria.MAIN}); "
            "give --against a revision that has one"
        )
    return commit
