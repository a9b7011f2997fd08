"""The candidate's files as they are when a gate begins: what is edited later changes nothing."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from mario_perf.builds import git
from mario_perf.builds.git import Checkout
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def take_snapshot(tree: Checkout, runs: Path) -> Iterator[Checkout]:
    """A worktree of HEAD with the files of the working tree, without what git ignores and without ``runs``.

    It has an index of its own, so that the user's, and their objects, stay as they are.

    Raises:
        UserError: git cannot make it, or a file cannot be read.
    """
    with git.worktree("HEAD", "--no-checkout") as folder:
        try:
            _copy(tree.path, folder, runs.resolve())
        except OSError as error:
            raise UserError(f"{error.filename}: cannot be copied ({error.strerror})") from error
        git.output("reset", "--quiet", folder=folder)
        yield Checkout(folder, tree.revision)


def _copy(source: Path, target: Path, runs: Path) -> None:
    for name in _files(source):
        original = source / name
        if original.is_relative_to(runs) or _is_behind_link(source, name):
            continue
        if original.is_dir() and not original.is_symlink():
            (target / name).mkdir(parents=True, exist_ok=True)
            if (original / ".git").exists():  # a submodule that was fetched
                _copy(original, target / name, runs)
        elif original.is_symlink() or original.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(original, target / name, follow_symlinks=False)


def _files(folder: Path) -> list[str]:
    """Tracked files, also deleted ones, and files that git would add; a repository in another is not ours."""
    names = git.names("ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=folder)
    return [name for name in dict.fromkeys(names) if not name.endswith("/")]


def _is_behind_link(folder: Path, name: str) -> bool:
    """Whether git takes a file for deleted, because a link stands where its folder was."""
    return any((folder / parent).is_symlink() for parent in PurePath(name).parents[:-1])
