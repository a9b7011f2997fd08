"""The repository: revisions, and checkouts of them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIN = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
TIMEOUT = 60.0
PREFIX = "mario-perf-checkout-"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the files of a revision; ``revision`` as a reader would name it."""

    path: Path
    revision: str


def working_tree() -> Checkout:
    """The files as they are now.

    Raises:
        UserError: this is no git repository, or it has no commit.
    """
    root = Path(_git("rev-parse", "--show-toplevel"))
    head = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return Checkout(root, f"{head} with changes" if changed else head)


def resolve(revision: str) -> str:
    """The commit that a revision names.

    Raises:
        UserError: there is none.
    """
    return _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", asked=revision)


def default_baseline() -> str:
    """Where the working tree left the main branch: their merge base, HEAD on the main branch itself.

    Raises:
        UserError: this is no git repository, or it has no commit.
    """
    for name in MAIN:
        with suppress(UserError):
            return _git("merge-base", "HEAD", name)
    return _git("rev-parse", "HEAD")


@contextmanager
def checked_out(commit: str) -> Iterator[Checkout]:
    """A worktree of a commit outside of the repository, gone afterwards.

    Raises:
        UserError: git cannot make it.
    """
    _remove_stale()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        _git("worktree", "add", "--detach", "--force", str(folder), commit)
        yield Checkout(folder, _git("rev-parse", "--short=12", commit))
    finally:
        with suppress(UserError):
            _git("worktree", "remove", "--force", str(folder))
        shutil.rmtree(folder, ignore_errors=True)


def _remove_stale() -> None:
    """Forget worktrees whose folders are gone: what a killed gate left in the repository."""
    with suppress(UserError):
        _git("worktree", "prune")


def _git(*arguments: str, asked: str | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except FileNotFoundError as error:
        raise UserError(
            "git is not on the PATH; install it, or give --baseline-url and --candidate-url"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise UserError(f"git {arguments[0]} has not ended after {TIMEOUT:.0f} s") from error
    if done.returncode == 0:
        return done.stdout.strip()
    if asked is not None:
        raise UserError(f"--against {asked}: no such revision; git log --oneline lists some")
    said = done.stderr.strip().splitlines() or ["no reason given"]
    raise UserError(f"git {arguments[0]}: {said[-1]}")
