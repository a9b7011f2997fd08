"""What surrounds a gate: other work on the machine, and files that a checkout lacks."""

from __future__ import annotations

import pytest

from mario_perf.configuration.policy import Service
from mario_perf.doctor.diagnosis import Rating
from mario_perf.doctor.surroundings import of_ignored, of_machine

SERVICE = Service(start=("node", "shop.js", "{port}"))


@pytest.mark.parametrize(("load", "level"), [(0.2, Rating.OK), (1.0, Rating.OK), (3.0, Rating.ATTENTION)])
def test_a_busy_machine_is_told_with_its_load_average(load: float, level: Rating) -> None:
    found = of_machine(load, 2)
    assert found.level is level
    assert f"load average {load:.1f} on 2 cores" in found.finding
    assert bool(found.advice) == (level is Rating.ATTENTION)


def test_packages_of_node_that_git_ignores_are_missing_in_a_checkout() -> None:
    (found,) = of_ignored(["node_modules/", "runs/"], SERVICE)
    assert (found.level, found.subject) == (Rating.ATTENTION, "checkout")
    assert "git ignores node_modules" in found.finding
    assert "runs" not in found.finding
    assert 'setup = "npm"' in found.advice


def test_what_is_built_or_configured_outside_of_git_is_missing_too() -> None:
    (found,) = of_ignored([".env", "dist/", "web/node_modules/"], SERVICE)
    assert all(name in found.finding for name in (".env", "dist", "web/node_modules"))


@pytest.mark.parametrize(
    "path",
    [
        "__pycache__/",
        "shop/__pycache__/",
        ".venv/",
        ".perf/",
        ".mypy_cache/",
        "runs/",
        "a.log",
        "shop.egg-info/",
    ],
)
def test_what_no_service_needs_is_not_told(path: str) -> None:
    assert list(of_ignored([path], SERVICE)) == []


@pytest.mark.parametrize("setup", [("npm",), ("make", "build"), ()])
def test_a_setup_is_taken_to_make_what_is_needed(setup: tuple[str, ...]) -> None:
    assert list(of_ignored(["node_modules/"], Service(start=SERVICE.start, setup=setup))) == []


def test_the_built_in_pizzeria_needs_no_ignored_file() -> None:
    assert list(of_ignored(["node_modules/"], None)) == []
