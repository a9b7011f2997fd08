"""The stores that need processes: a git repository, and PostgreSQL."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from mario_perf.history.git_store import REF, GitStore
from mario_perf.history.store import StoreError
from mario_perf.history.store_address import open_store
from tests.history.store_claims import StoreClaims, batch
from tests.system import postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mario_perf.history.store import Store


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


class TestGit(StoreClaims):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Callable[[], Store]:
        git("init", "--quiet", str(tmp_path))
        return lambda: open_store(f"git:{tmp_path}")


def test_two_clones_merge_their_histories_by_union(tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", str(tmp_path / "origin"))
    clones = []
    for name in ("one", "two"):
        git("clone", "--quiet", str(tmp_path / "origin"), str(tmp_path / name))
        clones.append(GitStore(tmp_path / name))
    for number, clone in enumerate(clones, 1):
        clone.append([batch(number), batch(9)])
        clone.synchronise("origin")
    clones[0].synchronise("origin")
    assert all(clone.sources() == {"gate-1", "gate-2", "gate-9"} for clone in clones)


OURS = b"ab/cdef0123456789abcdef0123456789.json"
PERSON = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def put_history(origin: Path, mode: bytes, path: bytes, content: bytes) -> None:
    """Give a repository a history of one file, also one that git itself would not make."""

    def run(*arguments: str, given: bytes = b"") -> str:
        done = subprocess.run(
            ["git", "-C", str(origin), *arguments],
            input=given,
            env={**os.environ, **PERSON},
            check=True,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    object_id = "1" * 40 if mode == b"160000" else run("hash-object", "-w", "--stdin", given=content)
    for name in reversed(path.split(b"/")):
        row = mode + b" " + name + b"\0" + bytes.fromhex(object_id)
        object_id = run("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=row)
        mode = b"40000"
    run("update-ref", REF, run("commit-tree", object_id, "-m", "x"))


@pytest.mark.parametrize(
    ("mode", "path", "content"),
    [
        (b"160000", b"submodule", b""),
        (b"120000", b"link", b"/etc/passwd"),
        (b"120000", OURS, b"/etc/passwd"),
        (b"100755", OURS, b"{}"),
        (b"100644", b"\xff\xfe.json", b"{}"),
        (b"100644", b'"x', b"{}"),
        (b"100644", b"a\nb", b"{}"),
        (b"100644", b"../x", b"{}"),
        (b"100644", b".git/hooks/pre-push", b"{}"),
        (b"100644", OURS, b"{}"),
        (b"100644", OURS, b"\xff\xfe"),
        (b"100644", OURS, b"[" * 100_000),
        (b"100644", b"alerts/" + OURS, b'{"format": 2}'),
    ],
)
def test_what_is_no_history_at_the_remote_is_refused_in_a_line_and_ours_stays(
    tmp_path: Path, mode: bytes, path: bytes, content: bytes
) -> None:
    git("init", "--quiet", "--bare", str(tmp_path / "origin"))
    put_history(tmp_path / "origin", mode, path, content)
    git("clone", "--quiet", str(tmp_path / "origin"), str(tmp_path / "clone"))
    store = GitStore(tmp_path / "clone")
    store.append([batch(1)])
    with pytest.raises(StoreError) as refused:
        store.synchronise("origin")
    assert "\n" not in str(refused.value)
    assert [each.source for each in store.batches()] == ["gate-1"]


def test_a_synchronisation_runs_no_hook(tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", str(tmp_path / "origin"))
    git("clone", "--quiet", str(tmp_path / "origin"), str(tmp_path / "clone"))
    for name in ("pre-push", "reference-transaction"):
        hook = tmp_path / "clone" / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
    store = GitStore(tmp_path / "clone")
    store.append([batch(1)])
    store.synchronise("origin")
    assert not (tmp_path / "ran").exists()


def test_a_folder_without_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="git rev-parse failed"):
        GitStore(tmp_path)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql.started() as url:
        yield url


def test_a_message_on_a_silent_server_hides_the_password() -> None:
    with pytest.raises(StoreError, match="cannot be used") as raised:
        open_store("postgresql://mario:hunter2secret@127.0.0.1:1/history")
    assert "hunter2secret" not in str(raised.value)


class TestPostgresql(StoreClaims):
    @pytest.fixture
    def opened(self, server: str) -> Callable[[], Store]:
        engine = sa.create_engine(server.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        return lambda: open_store(server)
