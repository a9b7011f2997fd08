"""What a CI system's environment tells of a build."""

from __future__ import annotations

import pytest

from mario_perf import ci_environment
from mario_perf.ci_environment import CiBuild

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "trattoria/mario",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_NAME": "main",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "trattoria/kitchen/mario",
    "CI_PROJECT_URL": "https://gitlab.com/trattoria/kitchen/mario",
    "CI_COMMIT_REF_NAME": "main",
}
JENKINS = {"JENKINS_URL": "https://ci.example", "CHANGE_ID": "12", "CHANGE_BRANCH": "ovens"}


def test_outside_of_ci_nothing_is_known() -> None:
    assert (
        ci_environment.read({"GITHUB_REPOSITORY": "a/b", "CI_PROJECT_PATH": "a/b", "CHANGE_ID": "1"})
        == CiBuild()
    )


def test_a_branch_on_github() -> None:
    commits = "https://github.com/trattoria/mario/commit/"
    assert ci_environment.read(GITHUB) == CiBuild("trattoria/mario", "main", commits=commits)


def test_a_pull_request_on_github_has_the_name_of_its_branch() -> None:
    asked = {"GITHUB_REF": "refs/pull/12/merge", "GITHUB_REF_NAME": "12/merge", "GITHUB_HEAD_REF": "ovens"}
    found = ci_environment.read(GITHUB | asked)
    assert (found.branch, found.pull_request) == ("ovens", "#12")
    assert found.pull_request_url == "https://github.com/trattoria/mario/pull/12"


def test_a_merge_request_of_a_fork_on_gitlab_is_linked_where_it_was_made() -> None:
    asked = {
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "ovens",
        "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.com/upstream/mario",
    }
    assert ci_environment.read(GITLAB | asked) == CiBuild(
        "trattoria/kitchen/mario",
        "ovens",
        "!7",
        "https://gitlab.com/upstream/mario/-/merge_requests/7",
        "https://gitlab.com/trattoria/kitchen/mario/-/commit/",
    )
    assert ci_environment.read(GITLAB).pull_request == ""


@pytest.mark.parametrize(
    ("change", "commits"),
    [
        ("https://github.com/a/b/pull/12", "https://github.com/a/b/commit/"),
        ("https://gitlab.com/a/b/-/merge_requests/12", "https://gitlab.com/a/b/-/commit/"),
        ("https://bitbucket.org/a/b/pull-requests/12", "https://bitbucket.org/a/b/commits/"),
        ("https://gerrit.example/12", ""),
    ],
)
def test_a_change_in_jenkins_tells_where_commits_are(change: str, commits: str) -> None:
    found = ci_environment.read({**JENKINS, "CHANGE_URL": change})
    assert found == CiBuild("a/b" if commits else "", "ovens", "#12", change, commits)


def test_only_an_address_of_the_web_is_linked() -> None:
    assert ci_environment.read({**JENKINS, "CHANGE_URL": "javascript:alert(1)"}).pull_request_url == ""
    assert ci_environment.read(GITHUB | {"GITHUB_SERVER_URL": "javascript:"}).commits == ""
