"""A gate that a gate has started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mario_perf.builds import git
from mario_perf.builds.nesting import VARIABLE, forbid_nesting
from mario_perf.errors import UserError

ROOT = Path(__file__).parents[3]


def repository(folder: Path) -> Path:
    folder.mkdir()
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.invalid")
    for words in (("init", "-q", "-b", "main"), ("commit", "-qm", "empty", "--allow-empty")):
        subprocess.run(["git", *identity, *words], cwd=folder, check=True, timeout=30)
    return folder


def test_within_another_of_the_same_repository_it_is_refused_also_in_a_worktree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(tmp_path / "one"))
    with forbid_nesting(), git.check_out("HEAD") as worktree:
        for place in (tmp_path / "one", worktree.path):
            monkeypatch.chdir(place)
            with pytest.raises(UserError, match="has started this one"), forbid_nesting():
                pass
        monkeypatch.chdir(tmp_path / "one")
    with forbid_nesting():
        pass


def test_within_one_of_another_repository_it_is_played_and_a_ring_of_them_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = repository(tmp_path / "one"), repository(tmp_path / "other")
    monkeypatch.chdir(one)
    with forbid_nesting():
        monkeypatch.chdir(other)
        with forbid_nesting():
            monkeypatch.chdir(one)
            with pytest.raises(UserError), forbid_nesting():
                pass
    assert VARIABLE not in os.environ


def test_without_a_repository_there_is_nothing_to_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with forbid_nesting(), forbid_nesting():
        assert VARIABLE not in os.environ


def test_a_hook_that_git_calls_for_a_service_of_a_gate_gets_one_line_and_code_2(tmp_path: Path) -> None:
    folder = repository(tmp_path / "one")
    hook, log = folder / ".git" / "hooks" / "post-index-change", tmp_path / "log"
    command = f"{sys.executable} -m mario_perf doctor"
    hook.write_text(f"#!/bin/sh\nPYTHONPATH={ROOT} {command} >>{log} 2>&1\necho code $? >>{log}\n")
    hook.chmod(0o755)
    (folder / "perf.toml").write_text(
        '[metrics]\nduration = "shop_seconds"\nname_label = "route"\n'
        '[service]\nstart = ["sh", "-c", "touch {port}; git add {port}; exit 1"]\n'
    )
    done = subprocess.run(
        [*command.split(), "--quick"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    refused, code = log.read_text().splitlines()
    assert "has started this one" in refused
    assert code == "code 2"
