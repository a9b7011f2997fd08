"""The environment of what a gate starts."""

from __future__ import annotations

import os
import subprocess
from functools import cache


def for_child() -> dict[str, str]:
    """Of a service, its setup, Locust or Prometheus."""
    return {name: value for name, value in os.environ.items() if name not in _of_a_repository()}


def for_git() -> dict[str, str]:
    """Of git: it finds the repository by its folder, and writes no index that it only reads."""
    return {**for_child(), "GIT_OPTIONAL_LOCKS": "0"}


@cache
def _of_a_repository() -> frozenset[str]:
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
