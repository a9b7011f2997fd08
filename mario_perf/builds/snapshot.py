"""The candidate's files as they are when a gate begins: what is edited later changes nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from mario_perf.builds import git
from mario_perf.builds.git import Checkout
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator


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


def digests(snapshot: Checkout) -> dict[str, str]:
    """The SHA-256 of each file by its path: of what is in it, and of whether it can be executed.

    Raises:
        UserError: a file cannot be read.
    """
    try:
        return {path: _digest(snapshot.path / path) for path in sorted(_files_below(snapshot.path))}
    except OSError as error:
        raise UserError(f"{error.filename}: cannot be read ({error.strerror})") from error


def _digest(file: Path) -> str:
    if file.is_symlink():
        return hashlib.sha256(b"link " + os.fsencode(file.readlink())).hexdigest()
    kind = b"program " if os.access(file, os.X_OK) else b"file "
    return hashlib.sha256(kind + file.read_bytes()).hexdigest()


def _files_below(folder: Path) -> Iterator[str]:
    """By path from the folder, without git's own; links are not followed."""
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        folders[:] = [name for name in folders if name != ".git" and name not in links]
        for name in (*names, *links):
            if name != ".git":
                yield os.path.relpath(Path(place) / name, folder)


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
