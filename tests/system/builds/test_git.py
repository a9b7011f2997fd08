"""Revisions and checkouts, on real repositories."""

import subprocess
import sys
from pathlib import Path

import pytest

from mario_perf.builds import git
from mario_perf.errors import UserError

ROOT = Path(__file__).parents[3]

CHECKS_OUT = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from mario_perf.builds import git
with git.check_out(git.resolve("main")) as checkout:
    print(checkout.path, flush=True)
    time.sleep(60)
"""


def run(*arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    return subprocess.run(
        ["git", *identity, *arguments], check=True, capture_output=True, text=True, timeout=30
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One commit on main, one more on a branch, which is checked out."""
    monkeypatch.chdir(tmp_path)
    run("init", "-q", "-b", "main")
    (tmp_path / "file").write_text("main")
    run("add", "file")
    run("commit", "-qm", "first")
    run("checkout", "-qb", "branch")
    (tmp_path / "file").write_text("branch")
    run("commit", "-qam", "second")
    return tmp_path


def test_the_default_baseline_is_where_the_branch_left_main(repository: Path) -> None:
    assert git.default_baseline() == run("rev-parse", "main")


def test_on_main_itself_the_default_baseline_is_head(repository: Path) -> None:
    run("checkout", "-q", "main")
    assert git.default_baseline() == run("rev-parse", "HEAD")


def test_a_working_tree_with_changes_says_so(repository: Path) -> None:
    assert git.working_tree().revision == run("rev-parse", "--short=12", "HEAD")
    (repository / "file").write_text("changed")
    assert git.working_tree().revision.endswith("with changes")


def test_a_checkout_has_the_files_of_its_commit_and_leaves_nothing(repository: Path) -> None:
    with git.check_out(git.resolve("main")) as checkout:
        assert (checkout.path / "file").read_text() == "main"
        assert checkout.path not in repository.parents
    assert not checkout.path.exists()
    assert len(run("worktree", "list").splitlines()) == 1


@pytest.fixture
def with_submodule(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A repository whose HEAD has another as ``library``."""
    library = tmp_path_factory.mktemp("library")
    monkeypatch.chdir(library)
    run("init", "-q")
    (library / "file").write_text("of the library")
    run("add", "file")
    run("commit", "-qm", "first")
    monkeypatch.chdir(repository)
    config = tmp_path_factory.mktemp("home") / "config"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    run("config", "--global", "protocol.file.allow", "always")
    run("submodule", "--quiet", "add", str(library), "library")
    run("commit", "-qm", "with a library")
    return repository


def test_a_checkout_has_the_files_of_its_submodules(with_submodule: Path) -> None:
    with git.check_out(git.resolve("HEAD")) as checkout:
        assert (checkout.path / "library" / "file").read_text() == "of the library"
    assert not checkout.path.exists()
    assert len(run("worktree", "list").splitlines()) == 1


def test_submodules_that_cannot_be_fetched_are_one_line(with_submodule: Path) -> None:
    run("config", "--global", "protocol.file.allow", "never")
    with (
        pytest.raises(UserError, match=r"submodules cannot be fetched .* in a fresh clone") as raised,
        git.check_out(git.resolve("HEAD")),
    ):
        pass
    assert "\n" not in str(raised.value)
    assert len(run("worktree", "list").splitlines()) == 1


def test_a_checkout_is_removed_after_an_error_too(repository: Path) -> None:
    with pytest.raises(ZeroDivisionError), git.check_out(git.resolve("main")) as checkout:
        _ = 1 / 0
    assert not checkout.path.exists()
    assert len(run("worktree", "list").splitlines()) == 1


def test_the_checkout_of_a_gate_that_was_killed_is_removed_by_the_next(repository: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CHECKS_OUT], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        left = Path(killed.stdout.readline().strip())
        killed.kill()
    assert left.exists()
    with git.check_out(git.resolve("main")):
        assert not left.exists()
    assert len(run("worktree", "list").splitlines()) == 1


def test_the_checkout_of_a_gate_that_still_runs_is_left_alone(repository: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CHECKS_OUT], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        held = Path(other.stdout.readline().strip())
        with git.check_out(git.resolve("main")):
            assert (held / "file").read_text() == "main"
        assert (held / "file").exists()
        other.kill()


def test_without_a_main_branch_nothing_is_guessed(repository: Path) -> None:
    run("branch", "-m", "main", "trunk")
    with pytest.raises(UserError, match=r"no main branch to compare with.*--against REV"):
        git.default_baseline()


def test_without_the_history_back_to_main_nothing_is_guessed(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "file").write_text("further")
    run("commit", "-qam", "third")
    run("checkout", "-q", "main")
    shallow = tmp_path_factory.mktemp("shallow")
    origin = f"file://{repository}"
    run("clone", "-q", "--depth", "1", "--no-single-branch", "--branch", "branch", origin, str(shallow))
    monkeypatch.chdir(shallow)
    with pytest.raises(UserError, match=r"no commit in common.*git fetch --unshallow"):
        git.default_baseline()


def test_a_repository_without_a_commit_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("init", "-q")
    with pytest.raises(UserError, match="no commit yet"):
        git.working_tree()


def test_an_unknown_revision_is_one_line(repository: Path) -> None:
    with pytest.raises(UserError, match="--against v9: no such revision"):
        git.resolve("v9")


def test_outside_of_a_repository_git_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UserError, match="not a git repository"):
        git.working_tree()


@pytest.mark.parametrize(
    ("remote", "project"),
    [
        ("https://user:secret@github.com/trattoria/mario.git", "trattoria/mario"),
        ("git@gitlab.com:trattoria/kitchen/mario.git", "trattoria/kitchen/mario"),
        ("ssh://git@example.org:2222/trattoria/mario/", "trattoria/mario"),
        ("/srv/repositories/mario", None),
        ("file:///srv/repositories/mario", None),
    ],
)
def test_a_project_is_called_as_on_its_host_else_as_its_folder(
    remote: str, project: str | None, repository: Path
) -> None:
    run("remote", "add", "origin", remote)
    assert git.project() == (project or repository.name)


def test_a_commit_has_a_title_and_a_branch_its_name(repository: Path) -> None:
    assert (git.title("HEAD"), git.title("main"), git.title("v9")) == ("second", "first", "")
    assert git.branch() == "branch"
    run("checkout", "-q", "--detach")
    assert git.branch() == ""
