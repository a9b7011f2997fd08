"""What a CI system's environment says of the build: GitHub Actions, GitLab CI, Jenkins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_HOSTS = {
    "/pull/": "/commit/",
    "/-/merge_requests/": "/-/commit/",
    "/pull-requests/": "/commits/",
}
"""How the hosts of Jenkins' changes (GitHub, GitLab, Bitbucket) address a change, and a commit."""


@dataclass(frozen=True, slots=True)
class Build:
    """Empty where it is not known. ``commits`` is an address that a commit's hash completes."""

    project: str = ""
    branch: str = ""
    pull_request: str = ""
    pull_request_url: str = ""
    commits: str = ""


def read(environment: Mapping[str, str]) -> Build:
    """The build that runs; nothing is known outside of CI."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return _github(environment)
    if environment.get("GITLAB_CI") == "true":
        return _gitlab(environment)
    if environment.get("JENKINS_URL"):
        return _jenkins(environment)
    return Build()


def _github(said: Mapping[str, str]) -> Build:
    # https://docs.github.com/actions/reference/variables-reference
    project = said.get("GITHUB_REPOSITORY", "")
    address = _address(f"{said.get('GITHUB_SERVER_URL', '')}/{project}") if project else ""
    asked = re.fullmatch(r"refs/pull/(\d+)/\w+", said.get("GITHUB_REF", ""))
    return Build(
        project=project,
        branch=said.get("GITHUB_HEAD_REF") or ("" if asked else said.get("GITHUB_REF_NAME", "")),
        pull_request=f"#{asked[1]}" if asked else "",
        pull_request_url=f"{address}/pull/{asked[1]}" if asked and address else "",
        commits=f"{address}/commit/" if address else "",
    )


def _gitlab(said: Mapping[str, str]) -> Build:
    # https://docs.gitlab.com/ci/variables/predefined_variables
    address, number = _address(said.get("CI_PROJECT_URL", "")), said.get("CI_MERGE_REQUEST_IID", "")
    target = _address(said.get("CI_MERGE_REQUEST_PROJECT_URL", "")) or address
    return Build(
        project=said.get("CI_PROJECT_PATH", ""),
        branch=said.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or said.get("CI_COMMIT_REF_NAME", ""),
        pull_request=f"!{number}" if number else "",
        pull_request_url=f"{target}/-/merge_requests/{number}" if number and target else "",
        commits=f"{address}/-/commit/" if address else "",
    )


def _jenkins(said: Mapping[str, str]) -> Build:
    # https://www.jenkins.io/doc/book/pipeline/multibranch: CHANGE_* are set for a change that is asked for.
    change, number = _address(said.get("CHANGE_URL", "")), said.get("CHANGE_ID", "")
    form = next((each for each in _OF_HOSTS if each in change), None)
    address = change.partition(form)[0] if form else ""
    return Build(
        project=urlsplit(address).path.strip("/"),
        branch=said.get("CHANGE_BRANCH") or said.get("BRANCH_NAME") or said.get("GIT_BRANCH", ""),
        pull_request=f"#{number}" if number else "",
        pull_request_url=change,
        commits=f"{address}{_OF_HOSTS[form]}" if form else "",
    )


def _address(url: str) -> str:
    """A URL that may be linked to; nothing where it is of another kind."""
    return url.rstrip("/") if url.startswith(("https://", "http://")) else ""
