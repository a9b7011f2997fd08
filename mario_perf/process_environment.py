"""The environment of what a gate starts."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache

_CI_VARIABLES = re.compile(
    r"GITHUB_(ENV|PATH|OUTPUT|STATE|STEP_SUMMARY|TOKEN)|GH_TOKEN"
    r"|ACTIONS_\w*(TOKEN|URL)\w*"
    r"|CI_\w*(TOKEN|PASSWORD|JWT)\w*|CI_REPOSITORY_URL"
    r"|PROMETHEUS_(TOKEN|PASSWORD)"
)
"""Variables by which a pull request's code could steer later steps of its job, or speak for it.

The first are files that a runner reads after a step. GitLab's URL of the repository holds a token.
"""


def for_child() -> dict[str, str]:
    """Of a service, its setup, Locust or Prometheus: they run what a pull request brings."""
    return {
        name: value for name, value in _without_git_variables().items() if not _CI_VARIABLES.fullmatch(name)
    }


def for_git() -> dict[str, str]:
    """Of git: it finds the repository by its folder, and writes no index that it only reads."""
    return {**_without_git_variables(), "GIT_OPTIONAL_LOCKS": "0"}


def _without_git_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _git_variables()}


@cache
def _git_variables() -> frozenset[str]:
    """Variables that bind git to one repository and index, such as GIT_INDEX_FILE.

    Git gives them to hooks. A gate in a hook would write the baseline's index into the user's. Without git
    there is no hook.
    """
    try:
        listed = subprocess.run(
            ["git", "rev-parse", "--local-env-vars"],
            env={"PATH": os.environ.get("PATH", os.defpath)},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except FileNotFoundError:
        return frozenset()
    return frozenset(listed.stdout.split())
