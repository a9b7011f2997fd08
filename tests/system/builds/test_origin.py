"""Whose service is measured: never another one than the user's."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mario_perf.builds import embedded_pizzeria, origin
from mario_perf.configuration.policy import Policy, Service
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command_line import Done

ROOT = Path(__file__).parents[3]
OWN = Service(start=("./serve", "--token=hunter2", "{port}"))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's repository, with one commit."""
    monkeypatch.chdir(tmp_path)
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    for words in (("init", "-q", "-b", "main"), (*identity, "commit", "-q", "--allow-empty", "-mA")):
        subprocess.run(["git", *words], check=True, timeout=30)
    return tmp_path


def refused(asked: Policy | None = None, given: Path | None = None, *, demo: bool = False) -> str:
    with pytest.raises(UserError) as caught:
        origin.find(asked or Policy(), given, demo=demo)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_checkout_of_ours_is_measured_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = origin.find(Policy(), None, demo=False)
    assert (found.checkout.path, found.service) == (ROOT, None)
    assert str(found) == "the pizzeria of this checkout, started by python -m mario_perf.pizzeria"


def test_another_repository_without_a_perf_toml_is_refused(elsewhere: Path) -> None:
    assert refused().startswith("no perf.toml here: run mario-perf init")


def test_a_folder_without_a_repository_is_told_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert refused().startswith("no perf.toml here: run mario-perf init")


def test_a_perf_toml_that_names_no_service_is_refused(elsewhere: Path) -> None:
    (elsewhere / "perf.toml").touch()
    assert refused().startswith("perf.toml does not say how to start the service; add [service] start")


def test_a_policy_that_names_no_service_is_refused_by_its_name(elsewhere: Path) -> None:
    (elsewhere / "strict.toml").touch()
    assert refused(given=Path("strict.toml")).startswith("strict.toml does not say how")


@pytest.mark.parametrize(
    ("file", "here", "said"),
    [
        ("perf.toml", "src/shop", "../../perf.toml"),
        ("src/perf.toml", "src/shop", "../perf.toml"),
        ("ci/perf.toml", ".", "ci/perf.toml"),
        ("ci/perf.toml", "src/shop", "../../ci/perf.toml"),
    ],
)
def test_a_misplaced_perf_toml_is_named(
    file: str, here: str, said: str, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("src/shop", "ci"):
        (elsewhere / folder).mkdir(parents=True)
    (elsewhere / file).touch()
    monkeypatch.chdir(elsewhere / here)
    assert refused() == f"no perf.toml here: but there is {said}; go to its folder, or give --policy {said}"


def test_a_perf_toml_in_a_hidden_folder_or_outside_of_the_repository_is_nobodys(elsewhere: Path) -> None:
    (elsewhere / ".venv").mkdir()
    (elsewhere / ".venv" / "perf.toml").touch()
    assert "run mario-perf init" in refused()


def test_a_package_that_is_called_pizzeria_by_chance_is_not_ours(elsewhere: Path) -> None:
    main = elsewhere / embedded_pizzeria.MAIN
    main.parent.mkdir(parents=True)
    main.touch()
    (elsewhere / "pyproject.toml").write_text('[project]\nname = "trattoria"\n', encoding="utf-8")
    assert not embedded_pizzeria.is_own_checkout(elsewhere)
    (elsewhere / "pyproject.toml").write_text('[project]\nname = "mario-perf"\n', encoding="utf-8")
    assert embedded_pizzeria.is_own_checkout(elsewhere)


@pytest.mark.parametrize("text", ["", "[project", "project = 1", "[project]\nversion = '1'"])
def test_a_pyproject_without_a_name_is_nobodys(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert not embedded_pizzeria.is_own_checkout(tmp_path)


def test_a_service_of_ones_own_says_how_it_is_started_and_no_secret(elsewhere: Path) -> None:
    found = origin.find(Policy(service=OWN), None, demo=False)
    assert found.checkout.path == elsewhere
    assert "started by ./serve" in str(found)
    assert "hunter2" not in str(found)


def test_a_demo_needs_neither_repository_nor_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "perf.toml").write_text("not read", encoding="utf-8")
    assert origin.load_policy(None, demo=True) == Policy()
    found = origin.find(Policy(), None, demo=True)
    assert (found.checkout.path / embedded_pizzeria.MAIN).is_file()
    assert str(found).startswith("a demo, the pizzeria of this installation")


@pytest.mark.parametrize(
    "asked", [Policy(service=OWN), Policy(metrics=replace(CQRS, duration="shop_seconds"))]
)
def test_a_demo_of_another_service_is_refused(asked: Policy) -> None:
    assert refused(asked, demo=True)


@pytest.mark.parametrize("command", ["gate", "capacity", "doctor"])
def test_no_command_measures_the_pizzeria_in_a_foreign_repository(
    command: str, here: Callable[..., Done], elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(elsewhere)
    done = here(command)
    assert done.returncode == 2
    assert "no perf.toml here: run mario-perf init" in " ".join((done.stdout + done.stderr).split())
    assert not (elsewhere / "runs").exists()
