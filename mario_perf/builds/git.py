"""The repository: revisions, and checkouts of them."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf import process_environment
from mario_perf.builds.temporary_folder import has_kind, remove, temporary_folder
from mario_perf.errors import UserError
from mario_perf.interruption import deferred

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
TIMEOUT = 60.0
FETCH_TIMEOUT = 600.0
"""Seconds that git may take, and that fetching submodules may."""

_REMOTE = re.compile(r"(?:(?:https?|ssh|git)://[^/]+/|[^/:]+:(?!//))(.+?)(?:\.git)?/?")
"""An address on a host, and the path there."""

_FOLDER_KIND = "checkout"
"""Of a temporary folder."""

_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
"""A new worktree runs post-checkout: a gate in that hook would start itself again, without end."""


class GitRefusalError(UserError):
    """Git ended with an error of its own."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the files of a revision; ``revision`` as a reader would name it."""

    path: Path
    revision: str


def root() -> Path | None:
    """The repository's folder; None outside of one, or without git."""
    try:
        return Path(output("rev-parse", "--show-toplevel"))
    except UserError:
        return None


def common_folder() -> Path | None:
    """Where the repository and its worktrees keep what they share; None outside of one, or without git."""
    try:
        return Path(output("rev-parse", "--git-common-dir")).resolve()
    except UserError:
        return None


def working_tree() -> Checkout:
    """The files as they are now.

    Raises:
        UserError: this is not a git repository, or it has no commit.
    """
    top = Path(output("rev-parse", "--show-toplevel"))
    try:
        head = output("rev-parse", "--verify", "--short=12", "HEAD")
    except UserError as error:
        raise UserError(f"{top}: the repository has no commit yet; commit first") from error
    changed = output("status", "--porcelain", "--untracked-files=no")
    return Checkout(top, f"{head} with changes" if changed else head)


def resolve(revision: str, option: str = "--against ") -> str:
    """The commit that a revision names; a message names the ``option`` that gave it.

    Raises:
        UserError: there is none.
    """
    try:
        return output("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except GitRefusalError as error:
        raise UserError(f"{option}{revision}: no such revision; git log --oneline lists some") from error


def commits(good: str, bad: str) -> list[tuple[str, ...]]:
    """The commits that ``bad`` contains and ``good`` does not, parents before children.

    Each row has a commit and its parents.

    Raises:
        UserError: git cannot list them.
    """
    rows = output("rev-list", "--topo-order", "--reverse", "--parents", f"{good}..{bad}").splitlines()
    return [tuple(row.split()) for row in rows]


def title(revision: str) -> str:
    """The first line of a commit's message; empty where there is no such commit."""
    return _output_or_empty("log", "-1", "--format=%s", revision, "--")


def branch() -> str:
    """The branch that is checked out; empty where it is none."""
    return _output_or_empty("symbolic-ref", "--quiet", "--short", "HEAD")


def project() -> str:
    """OWNER/NAME of where the repository came from; else what its folder is called."""
    if match := _REMOTE.fullmatch(_output_or_empty("remote", "get-url", "origin")):
        return match[1]
    folder = root()
    return folder.name if folder else ""


def _output_or_empty(*arguments: str) -> str:
    try:
        return output(*arguments)
    except UserError:
        return ""


def has_file(commit: str, path: str) -> bool:
    try:
        output("cat-file", "-e", f"{commit}:{path}")
    except UserError:
        return False
    return True


def default_baseline() -> str:
    """Where the working tree left the main branch: their merge base, HEAD on the main branch itself.

    HEAD is never taken because nothing better was found: a gate of a commit against itself is always green.

    Raises:
        UserError: there is no main branch, or no history back to it.
    """
    main = next((name for name in MAIN_BRANCHES if _exists(name)), None)
    if main is None:
        raise UserError(
            f"no main branch to compare with (none of {', '.join(MAIN_BRANCHES)}); give --against REV"
        )
    try:
        return output("merge-base", "HEAD", main)
    except UserError as error:
        raise UserError(
            f"HEAD and {main} have no commit in common here; git fetch --unshallow, or give --against REV"
        ) from error


def paths(checkout: Checkout) -> frozenset[str]:
    """A checkout's files by their path from its root, but ignored ones and those of submodules.

    Raises:
        UserError: git cannot list them.
    """
    return frozenset(
        names("ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=checkout.path)
    )


def ignored(checkout: Checkout) -> tuple[str, ...]:
    """What git ignores in a checkout, by path from its root; a folder that it ignores as a whole is one path.

    Raises:
        UserError: git cannot list it.
    """
    options = ("--others", "--ignored", "--exclude-standard", "--directory")
    return tuple(names("ls-files", "-z", *options, folder=checkout.path))


def files(checkout: Checkout, predicate: Callable[[str], bool]) -> dict[str, bytes]:
    """The content of some of them, but of links.

    Raises:
        UserError: git cannot list them, or one cannot be read.
    """
    candidates = {path: checkout.path / path for path in paths(checkout) if predicate(path)}
    try:
        return {path: file.read_bytes() for path, file in candidates.items() if _is_plain(file)}
    except OSError as error:
        raise UserError(f"{error.filename}: cannot be read ({error.strerror})") from error


def _is_plain(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def committed_files(commit: str, predicate: Callable[[str], bool]) -> dict[str, bytes]:
    """The same of a commit, without a checkout.

    Raises:
        UserError: git cannot read it.
    """
    listed = names("ls-tree", "-r", "-z", "--full-tree", commit, folder=None)
    entries = (line.partition("\t")[::2] for line in listed)
    matches = [path for kind, path in entries if kind.startswith("100") and predicate(path)]
    return {path: _run(("show", f"{commit}:{path}"), None, TIMEOUT) for path in matches}


@contextmanager
def check_out(commit: str) -> Iterator[Checkout]:
    """A worktree of a commit outside of the repository, gone afterwards.

    Raises:
        UserError: git cannot make it.
    """
    with worktree(commit) as folder:
        _fill_submodules(folder)
        yield Checkout(folder, output("rev-parse", "--short=12", commit))


@contextmanager
def worktree(commit: str, *options: str) -> Iterator[Path]:
    """A folder for a build; those of a gate have paths of one length.

    Raises:
        UserError: git cannot make it.
    """
    with temporary_folder(_FOLDER_KIND) as folder:
        _forget_missing_worktrees()
        try:
            with deferred():  # git that is killed here leaves a worktree that is locked
                output("worktree", "add", "--detach", "--force", *options, str(folder), commit)
            yield folder
        finally:
            with deferred():
                remove(folder)
                _forget_worktree(folder)


def _fill_submodules(folder: Path) -> None:
    """A worktree begins with empty ones."""
    if not (folder / ".gitmodules").exists():
        return
    try:
        output("submodule", "update", "--init", "--recursive", folder=folder, timeout=FETCH_TIMEOUT)
    except UserError as error:
        raise UserError(
            f"the baseline's submodules cannot be fetched ({error}); check that "
            "git submodule update --init --recursive succeeds in a fresh clone"
        ) from error


def _forget_missing_worktrees() -> None:
    """Let git forget the worktrees of gates that were killed; their folders are removed by now."""
    listed = output("worktree", "list", "--porcelain").splitlines()
    folders = [Path(line.removeprefix("worktree ")) for line in listed if line.startswith("worktree ")]
    for folder in folders:
        if has_kind(folder, _FOLDER_KIND) and not folder.exists():
            _forget_worktree(folder)
    with suppress(UserError):
        output("worktree", "prune")


def _forget_worktree(folder: Path) -> None:
    with suppress(UserError):  # twice by force: one that was being made is locked
        output("worktree", "remove", "--force", "--force", str(folder))


def _exists(revision: str) -> bool:
    try:
        output("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except UserError:
        return False
    return True


def names(*arguments: str, folder: Path | None) -> list[str]:
    """What git lists with ``-z``: a file's name may hold anything but NUL."""
    return os.fsdecode(_run(arguments, folder, TIMEOUT)).split("\0")[:-1]


def output(*arguments: str, folder: Path | None = None, timeout: float = TIMEOUT) -> str:
    """What git says.

    Raises:
        UserError: it fails, takes too long, or is not installed.
    """
    return os.fsdecode(_run(arguments, folder, timeout)).strip()


def _run(arguments: Sequence[str], folder: Path | None, timeout: float) -> bytes:
    try:
        process = subprocess.run(
            ["git", *_NO_HOOKS, *arguments],
            cwd=folder,
            env=process_environment.for_git(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise UserError(
            "git is not on the PATH; install it, or give --baseline-url and --candidate-url"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise UserError(f"git {arguments[0]} has not ended within {timeout:.0f} s") from error
    if process.returncode == 0:
        return process.stdout
    lines = process.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
    raise GitRefusalError(f"git {arguments[0]}: {lines[-1]}")
