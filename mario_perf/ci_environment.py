"""What a CI system's environment says of the build: GitHub Actions, GitLab CI, Jenkins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHANGE_PATHS = {
    "/pull/": "/commit/",
    "/-/merge_requests/": "/-/commit/",
    "/pull-requests/": "/commits/",
}
"""How the hosts of Jenkins' changes (GitHub, GitLab, Bitbucket) address a change, and a commit."""


@dataclass(frozen=True, slots=True)
class CiBuild:
    """Empty where it is not known. ``commits`` is an address that a commit's hash completes."""

    project: str = ""
    branch: str = ""
    pull_request: str = ""
    pull_request_url: str = ""
    commits: str = ""


def read(environment: Mapping[str, str]) -> CiBuild:
    """The build that runs; nothing is known outside of CI."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return _github(environment)
    if environment.get("GITLAB_CI") == "true":
        return _gitlab(environment)
    if environment.get("JENKINS_URL"):
        return _jenkins(environment)
    return CiBuild()


def _github(variables: Mapping[str, str]) -> CiBuild:
    # https://docs.github.com/actions/reference/variables-reference
    project = variables.get("GITHUB_REPOSITORY", "")
    address = _address(f"{variables.get('GITHUB_SERVER_URL', '')}/{project}") if project else ""
    pull_request = re.fullmatch(r"refs/pull/(\d+)/\w+", variables.get("GITHUB_REF", ""))
    return CiBuild(
        project=project,
        branch=variables.get("GITHUB_HEAD_REF")
        or ("" if pull_request else variables.get("GITHUB_REF_NAME", "")),
        pull_request=f"#{pull_request[1]}" if pull_request else "",
        pull_request_url=f"{address}/pull/{pull_request[1]}" if pull_request and address else "",
        commits=f"{address}/commit/" if address else "",
    )


def _gitlab(variables: Mapping[str, str]) -> CiBuild:
    # https://docs.gitlab.com/ci/variables/predefined_variables
    address, number = _address(variables.get("CI_PROJECT_URL", "")), variables.get("CI_MERGE_REQUEST_IID", "")
    target = _address(variables.get("CI_MERGE_REQUEST_PROJECT_URL", "")) or address
    return CiBuild(
        project=variables.get("CI_PROJECT_PATH", ""),
        branch=variables.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
        or variables.get("CI_COMMIT_REF_NAME", ""),
        pull_request=f"!{number}" if number else "",
        pull_request_url=f"{target}/-/merge_requests/{number}" if number and target else "",
        commits=f"{address}/-/commit/" if address else "",
    )


def _jenkins(variables: Mapping[str, str]) -> CiBuild:
    # https://www.jenkins.io/doc/book/pipeline/multibranch: CHANGE_* are set for a change that is asked for.
    change, number = _address(variables.get("CHANGE_URL", "")), variables.get("CHANGE_ID", "")
    path = next((each for each in _CHANGE_PATHS if each in change), None)
    address = change.partition(path)[0] if path else ""
    return CiBuild(
        project=urlsplit(address).path.strip("/"),
        branch=variables.get("CHANGE_BRANCH")
        or variables.get("BRANCH_NAME")
        or variables.get("GIT_BRANCH", ""),
        pull_request=f"#{number}" if number else "",
        pull_request_url=change,
        commits=f"{address}{_CHANGE_PATHS[path]}" if path else "",
    )


def _address(url: str) -> str:
    """A URL that may be linked to; nothing where it is of another kind."""
    return url.rstrip("/") if url.startswith(("https://", "http://")) else ""
