"""Where the service under test comes from: the one question before anything is started."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf.builds import embedded_pizzeria, git
from mario_perf.builds.build import startable_service
from mario_perf.configuration import policy_file
from mario_perf.configuration.policy import Policy
from mario_perf.errors import UserError
from mario_perf.reports.redaction import arguments

if TYPE_CHECKING:
    from mario_perf.builds.git import Checkout
    from mario_perf.configuration.policy import Service

DEMO_HINT = "--demo tries the built-in pizzeria"
_DEPTHS = ("*", "*/*", "*/*/*")
"""How deep a misplaced perf.toml is looked for."""


@dataclass(frozen=True, slots=True)
class ServiceOrigin:
    """The candidate's files and how they are started; no ``service`` is the built-in pizzeria."""

    checkout: Checkout
    service: Service | None
    demo: bool = False

    def __str__(self) -> str:
        if self.service is not None:
            return f"the service of [service], started by {shlex.join(arguments(self.service.start))}"
        whose = "a demo, the pizzeria of this installation" if self.demo else "the pizzeria of this checkout"
        return f"{whose}, started by python -m {embedded_pizzeria.MODULE}"


def load_policy(path: Path | None, *, demo: bool) -> Policy:
    """The policy in a file, or perf.toml; a demo asks for none.

    Raises:
        PolicyError: it cannot be read.
    """
    return Policy() if demo and path is None else policy_file.load(path)


def find(policy: Policy, policy_path: Path | None, *, demo: bool) -> ServiceOrigin:
    """The service of the working tree, or the built-in pizzeria if no other service can be meant.

    Args:
        policy: what the user configured.
        policy_path: its file, if one was named.
        demo: whether the pizzeria of this installation is wanted.

    Raises:
        UserError: nothing says how the service is started, or there is no repository.
    """
    service = startable_service(policy)
    if demo and service is not None:
        raise UserError(
            "--demo uses the built-in pizzeria, but the policy has a [service]; leave out one of them"
        )
    if demo:
        return ServiceOrigin(embedded_pizzeria.installed_checkout(), None, demo=True)
    if service is None:
        root = git.root()
        if root is None or not embedded_pizzeria.is_own_checkout(root):
            raise UserError(_no_service_message(policy_path or policy_file.DEFAULT_PATH, root))
    return ServiceOrigin(git.working_tree(), service)


def find_misplaced_policy(root: Path | None) -> Path | None:
    """A perf.toml elsewhere: the nearest above this folder, else below it or the repository's root."""
    here, name = Path.cwd(), policy_file.DEFAULT_PATH
    if root is None or name.exists():
        return None
    above = [folder / name for folder in here.parents if folder.is_relative_to(root)]
    below = [
        file for base in (here, root) for depth in _DEPTHS for file in sorted(base.glob(f"{depth}/{name}"))
    ]
    return next((file for file in (*above, *below) if file.is_file() and not _is_hidden(file, root)), None)


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _no_service_message(file: Path, root: Path | None) -> str:
    """Why no service is started, and what to do."""
    if file.exists():
        return f"{file} does not say how to start the service; add [service] start, or {DEMO_HINT}"
    if other := find_misplaced_policy(root):
        path = os.path.relpath(other)
        return f"no {file} here: but there is {path}; go to its folder, or give --policy {path}"
    return f"no {file} here: run mario-perf init URL for the service that runs there; {DEMO_HINT}"
