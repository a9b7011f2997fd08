"""A gate in a git hook: what the user commits, and has staged, stays as it is without the gate."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

GATE = f"""#!{sys.executable}
import subprocess, sys
sys.path.insert(0, {str(ROOT)!r})
from mario_perf import process_environment as environment
from mario_perf.builds import git
git.working_tree(), git.default_baseline()
with git.check_out(git.resolve("baseline")) as checkout:
    assert (checkout.path / "staged").read_text() == "first"
    setup = ["git", "rm", "-q", "--cached", "staged"]
    subprocess.run(setup, cwd=checkout.path, env=environment.for_child(), check=True)
with open({{log!r}}, "a") as log:
    print("gated", file=log)
"""
"""What a gate does to repositories. Its folders are the temporary ones of the system."""


def run(*arguments: str, cwd: Path) -> str:
    dated = {f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "core.editor=true")
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=cwd,
        env=os.environ | dated,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    ).stdout


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / name).write_text(content)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three commits on main, and a branch beside them."""
    folder = tmp_path_factory.mktemp("template")
    run("init", "-q", "-b", "main", cwd=folder)
    for content in ("first", "second"):
        write(folder, staged=content, changed=content)
        run("add", ".", cwd=folder)
        run("commit", "-qm", content, cwd=folder)
    run("tag", "baseline", "HEAD~1", cwd=folder)
    run("checkout", "-qb", "other", cwd=folder)
    write(folder, other="other")
    run("add", ".", cwd=folder)
    run("commit", "-qm", "other", cwd=folder)
    run("checkout", "-q", "main", cwd=folder)
    write(folder, third="third")
    run("add", ".", cwd=folder)
    run("commit", "-qm", "third", cwd=folder)
    return folder


def repository(template: Path, folder: Path, *, linked: bool) -> Path:
    """Its work tree, with one file staged, one changed and one new."""
    tree = shutil.copytree(template, folder)
    if linked:
        tree = folder.with_name(f"{folder.name}-linked")
        run("worktree", "add", "-qb", "branch", str(tree), cwd=folder)
    write(tree, staged="staged", changed="changed", new="new")
    run("add", "staged", "new", cwd=tree)
    return tree


def state(tree: Path) -> dict[str, str]:
    """Commits, index and files."""
    asked = {
        "commits": ("log", "--format=%H", "--all"),
        "tree": ("ls-tree", "-r", "HEAD"),
        "index": ("ls-files", "--stage"),
        "status": ("status", "--porcelain", "--untracked-files=all"),
        "worktrees": ("worktree", "list", "--porcelain"),
    }
    found = {name: run(*words, cwd=tree) for name, words in asked.items()}
    found["worktrees"] = str(found["worktrees"].count("worktree "))
    files = (file for file in tree.iterdir() if file.name != ".git")
    return found | {file.name: file.read_text() for file in files}


def committing(*arguments: str) -> Callable[[Path], None]:
    def commit(tree: Path) -> None:
        run("commit", "-qm", "fourth", *arguments, cwd=tree)

    return commit


def clean(tree: Path) -> None:
    run("stash", "-q", cwd=tree)


def pushing(tree: Path) -> None:
    remote = tree.with_name(f"{tree.name}-remote")
    run("init", "-q", "--bare", str(remote), cwd=tree)
    run("push", "-q", str(remote), "HEAD:refs/heads/pushed", cwd=tree)


def checking_out(tree: Path) -> None:
    run("checkout", "-q", "-b", "further", "HEAD", cwd=tree)


def merging(tree: Path) -> None:
    clean(tree)
    run("merge", "-q", "--no-edit", "other", cwd=tree)


def rebasing(tree: Path) -> None:
    clean(tree)
    run("rebase", "-q", "other", cwd=tree)


def amending(tree: Path) -> None:
    run("commit", "-q", "--amend", "-m", "amended", cwd=tree)


def applying(tree: Path) -> None:
    clean(tree)
    patch = tree.with_name(f"{tree.name}.patch")
    patch.write_text(run("format-patch", "-1", "--stdout", "other", cwd=tree))
    run("am", "-q", str(patch), cwd=tree)


STAGED, ALL, FILE, BOTH = committing(), committing("-a"), committing("changed"), committing("-i", "changed")
CASES = [
    ("pre-commit", STAGED),
    *((hook, act) for hook in ("pre-commit", "prepare-commit-msg", "post-commit") for act in (ALL, FILE)),
    ("commit-msg", BOTH),
    ("post-rewrite", amending),
    ("pre-push", pushing),
    ("post-checkout", checking_out),
    ("pre-merge-commit", merging),
    ("post-merge", merging),
    ("pre-rebase", rebasing),
    ("applypatch-msg", applying),
    ("pre-applypatch", applying),
    ("post-applypatch", applying),
]


@pytest.mark.parametrize("linked", [False, True], ids=["plain", "linked worktree"])
@pytest.mark.parametrize(("hook", "act"), CASES)
def test_a_gate_in_a_hook_changes_nothing_of_the_users(
    hook: str, act: Callable[[Path], None], *, linked: bool, template: Path, tmp_path: Path
) -> None:
    without, gated = (repository(template, tmp_path / name, linked=linked) for name in ("without", "gated"))
    log = tmp_path / "log"
    script = gated / run("rev-parse", "--git-path", f"hooks/{hook}", cwd=gated).strip()
    script.parent.mkdir(exist_ok=True)
    script.write_text(GATE.format(log=str(log)))
    script.chmod(0o755)
    act(without)
    act(gated)
    assert "gated" in log.read_text()
    script.unlink()
    assert state(gated) == state(without)
