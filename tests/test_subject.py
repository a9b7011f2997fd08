"""What was compared, from the records of runs."""

from __future__ import annotations

from dataclasses import replace

from mario_perf import subject
from mario_perf.ci_environment import CiBuild
from mario_perf.model import Commit
from tests.reports import samples

COMMITS = "https://git.example/a/b/commit/"


def test_the_revisions_of_both_sides_are_linked_where_commits_have_an_address() -> None:
    found = subject.of(samples.gate(), "round-3", CiBuild("a/b", "main", commits=COMMITS))
    assert (found.run_id, found.project, found.branch) == ("round-3", "a/b", "main")
    assert found.baseline == Commit("3f2a91c04d", url=f"{COMMITS}3f2a91c04d")


def test_changes_that_are_not_committed_are_named_and_their_commit_is_linked() -> None:
    run = samples.gate().runs[0]
    changed = tuple(one.model_copy(update={"revision": "3f2a91c04d with changes"}) for one in run.targets)
    result = replace(samples.gate(), runs=(run.model_copy(update={"targets": changed}),))
    found = subject.of(result, "one", CiBuild(commits=COMMITS))
    assert found.candidate == Commit("3f2a91c04d with changes", url=f"{COMMITS}3f2a91c04d")


def test_a_revision_that_is_no_hash_is_not_linked() -> None:
    found = subject.of(samples.gate(), "one", CiBuild(commits=COMMITS))
    assert found.candidate == Commit("working tree of b81d7e22aa")


def test_the_services_are_named_by_their_addresses() -> None:
    result = samples.gate()
    urls = [one.url for one in result.runs[-1].targets]
    told = subject.of(result, "one", CiBuild()).service
    assert told == f"the baseline at {urls[0]} and the candidate at {urls[1]}"


def test_without_a_run_nothing_is_invented() -> None:
    found = subject.of(samples.empty(), "one", CiBuild())
    assert (found.baseline, found.candidate, found.service) == (None, None, "")
