"""Both builds of a gate, before anything is started."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from mario_perf.builds import embedded_pizzeria
from mario_perf.configuration.policy import Policy, Service
from mario_perf.errors import UserError
from mario_perf.gate import build_pair
from tests.gate.test_gate_request import gate_request

if TYPE_CHECKING:
    from pathlib import Path

SHOP = Policy(service=Service(start=("./serve", "{port}")))


def run(*arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    done = subprocess.run(
        ["git", *identity, *arguments], check=True, capture_output=True, text=True, timeout=30
    )
    return done.stdout.strip()


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of ours, whose first commit has no pizzeria yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "mario-perf"\n', encoding="utf-8")
    run("init", "-q", "-b", "main")
    run("add", "-A")
    run("commit", "-qm", "before the pizzeria")
    run("tag", "before")
    main = tmp_path / embedded_pizzeria.MAIN
    main.parent.mkdir(parents=True)
    main.touch()
    run("add", "-A")
    run("commit", "-qm", "with the pizzeria")
    return tmp_path


def test_the_baseline_is_checked_out_from_its_commit(ours: Path) -> None:
    found = build_pair.find_pair(gate_request(against="main"), Policy(), has_stored_runs=False)
    with found.baseline() as checkout:
        assert (checkout.path / embedded_pizzeria.MAIN).is_file()
        assert checkout.path != ours


def test_a_baseline_without_a_pizzeria_is_not_replaced_by_the_installed_one(ours: Path) -> None:
    with pytest.raises(UserError, match=r"before has no pizzeria .*; give --against"):
        build_pair.find_pair(gate_request(against="before"), Policy(), has_stored_runs=False)
    assert build_pair.find_pair(gate_request(against="before"), SHOP, has_stored_runs=False).commit == run(
        "rev-parse", "before"
    )


def test_where_runs_are_kept_no_commit_is_needed(ours: Path) -> None:
    run("branch", "-m", "trunk")
    assert build_pair.find_pair(gate_request(baseline=""), Policy(), has_stored_runs=True).commit is None
    with pytest.raises(UserError, match="no main branch"):
        build_pair.find_pair(gate_request(baseline=""), Policy(), has_stored_runs=False)


def test_a_demo_compares_the_installation_with_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = build_pair.find_pair(gate_request(demo=True), Policy(), has_stored_runs=False)
    with found.baseline() as checkout:
        assert checkout == found.candidate.checkout
