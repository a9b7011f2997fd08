"""The candidate's snapshot, of real repositories."""

import os
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from mario_perf.builds import git, snapshot
from mario_perf.builds.git import Checkout


def run(*arguments: str, cwd: Path) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    command = ["git", *identity, "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout


def committed(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    if not (folder / ".git").exists():
        run("init", "-q", "-b", "main", cwd=folder)
    for name, content in files.items():
        (folder / name).write_text(content)
    run("add", ".", cwd=folder)
    run("commit", "-qm", "commit", cwd=folder)
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return committed(tmp_path / "tree", changed="old", deleted="old", plain="old")


def taken(tree: Path, monkeypatch: pytest.MonkeyPatch) -> AbstractContextManager[Checkout]:
    monkeypatch.chdir(tree)
    return snapshot.take_snapshot(git.working_tree(), Path("runs"))


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".git")
    return {str(path.relative_to(folder)): path.read_text() for path in files if ".git" not in path.parts}


def test_it_has_the_files_as_they_are_and_what_is_edited_later_changes_nothing(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "changed").write_text("new")
    (tree / "deleted").unlink()
    (tree / "untracked").write_text("new")
    (tree / ".gitignore").write_text("ignored\n")
    (tree / "ignored").write_text("of nobody")
    (tree / "runs").mkdir()
    (tree / "runs" / "report").write_text("of an earlier gate")
    before = run("status", "--porcelain", "--untracked-files=all", cwd=tree)
    index = (tree / ".git" / "index").read_bytes()
    objects = sorted((tree / ".git" / "objects").rglob("*"))
    with taken(tree, monkeypatch) as made:
        (tree / "changed").write_text("newer")
        expected = {"changed": "new", "plain": "old", "untracked": "new", ".gitignore": "ignored\n"}
        assert contents(made.path) == expected
        seen = run("status", "--porcelain", cwd=made.path).splitlines()
        assert seen == [line for line in before.splitlines() if "runs/" not in line]
        assert made.revision.endswith("with changes")
    (tree / "changed").write_text("new")
    assert (tree / ".git" / "index").read_bytes() == index
    assert sorted((tree / ".git" / "objects").rglob("*")) == objects
    assert run("status", "--porcelain", "--untracked-files=all", cwd=tree) == before
    assert not made.path.exists()
    assert len(run("worktree", "list", cwd=tree).splitlines()) == 1


def test_links_modes_and_names_are_kept(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["a\nb", " lead", "trail\n", "ö", os.fsdecode(b"\xff")]
    for name in names:
        (tree / name).write_text("here")
    (tree / "plain").chmod(0o755)
    (tree / "dangling").symlink_to("nowhere")
    with taken(tree, monkeypatch) as made:
        assert {path.name for path in made.path.iterdir()} >= set(names)
        assert os.access(made.path / "plain", os.X_OK)
        assert not os.access(made.path / "changed", os.X_OK)
        assert (made.path / "dangling").readlink() == Path("nowhere")


def test_nothing_is_written_through_a_link_that_replaced_a_folder(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "folder").mkdir()
    (tree / "folder" / "file").write_text("old")
    committed(tree)
    (tree / "folder").rename(tmp_path / "elsewhere")
    (tree / "folder").symlink_to(tmp_path / "elsewhere")
    with taken(tree, monkeypatch) as made:
        assert (made.path / "folder").is_symlink()
    assert (tmp_path / "elsewhere" / "file").read_text() == "old"


def test_submodules_come_with_their_changes(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = committed(tmp_path / "library", file="old")
    run("submodule", "--quiet", "add", str(library), "library", cwd=tree)
    committed(tree)
    (tree / "library" / "file").write_text("new")
    with taken(tree, monkeypatch) as made:
        assert (made.path / "library" / "file").read_text() == "new"
        assert not (made.path / "library" / ".git").exists()
    with taken(tree / "library", monkeypatch) as made:  # .git is a file
        assert contents(made.path) == {"file": "new"}
    assert (tree / "library" / "file").read_text() == "new"


def test_of_a_linked_worktree_it_is_that_ones_files(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = tmp_path / "linked"
    run("worktree", "add", "-q", str(linked), cwd=tree)
    (linked / "changed").write_text("new")
    with taken(linked, monkeypatch) as made, git.check_out("HEAD") as baseline:
        assert (made.path / "changed").read_text() == "new"
        assert len(str(made.path)) == len(str(baseline.path))
        assert made.path.parent == baseline.path.parent
