"""Builds that name other dependencies, and one environment for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mario_perf.builds import git
from mario_perf.configuration.policy import Service
from mario_perf.errors import UserError
from mario_perf.gate.same_environment import DependencyDifference, compare_dependencies, package_findings
from mario_perf.run_record import Packages, TargetRecord
from tests.system.builds.test_git import repository, run

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.builds.git import Checkout
    from mario_perf.run_record import Side

__all__ = ["repository"]

SERVICE = Service(start=("python", "-m", "shop"))
SIDES: tuple[Side, Side] = ("baseline", "candidate")


@pytest.fixture
def builds(repository: Path) -> tuple[str, Checkout]:
    """The working tree names another version than its last commit; git ignores one of its files."""
    (repository / "requirements.txt").write_text("typeguard==2.6.1\n")
    (repository / ".gitignore").write_text("build/\n")
    run("add", ".")
    run("commit", "-qm", "third")
    (repository / "requirements.txt").write_text("typeguard==2.7.0\n")
    (repository / "build").mkdir()
    (repository / "build" / "package.json").write_text("{}")
    return git.resolve("HEAD"), git.working_tree()


@pytest.mark.parametrize("service", [None, SERVICE])
def test_one_environment_for_both_is_refused(builds: tuple[str, Checkout], service: Service | None) -> None:
    with pytest.raises(UserError, match=r"requirements\.txt differs between .*--same-environment") as refused:
        compare_dependencies(*builds, service, accepted=False)
    assert "\n" not in str(refused.value)


def test_the_refusal_says_what_to_write(builds: tuple[str, Checkout]) -> None:
    with pytest.raises(UserError, match=r'setup = "pip" in \[service\]'):
        compare_dependencies(*builds, SERVICE, accepted=False)


def test_who_wants_one_environment_gets_a_warning(builds: tuple[str, Checkout]) -> None:
    by_flag = compare_dependencies(*builds, SERVICE, accepted=True)
    by_policy = compare_dependencies(*builds, Service(start=SERVICE.start, setup=()), accepted=False)
    assert by_flag == by_policy == DependencyDifference(("requirements.txt",), separate_packages=False)
    (warning,) = package_findings(by_flag, ())
    assert warning.severity == "warning"
    assert "requirements.txt differs between the builds" in warning.message


@pytest.mark.parametrize(
    "service", [Service(start=SERVICE.start, setup=("make",)), Service(start=("uv", "run", "shop"))]
)
def test_builds_that_are_prepared_may_differ(builds: tuple[str, Checkout], service: Service) -> None:
    found = compare_dependencies(*builds, service, accepted=False)
    assert found.separate_packages
    assert list(package_findings(found, ())) == []


def test_builds_that_name_the_same_run_in_one_environment(
    builds: tuple[str, Checkout], repository: Path
) -> None:
    """A link among them is no file of its own, and a comment is no dependency."""
    (repository / "requirements.txt").write_text("typeguard==2.6.1  # known to be fast\n")
    (repository / "requirements-more.txt").symlink_to("requirements.txt")
    found = compare_dependencies(*builds, SERVICE, accepted=False)
    assert found.paths == ()
    assert list(package_findings(found, ())) == []


@pytest.mark.parametrize(("versions", "warnings"), [(("1", "1"), 1), (("1", "2"), 0), (("1", None), 0)])
def test_a_setup_that_gives_both_builds_the_same_packages_is_told(
    versions: tuple[str, str | None], warnings: int
) -> None:
    """Such as one that installs into the environment that is active, for one build after the other."""
    targets = [
        TargetRecord(
            side=side,
            url="",
            metrics_url="",
            whole_run=(),
            in_window=(),
            packages=version and Packages(read="importlib.metadata", versions={"a": version}),
        )
        for side, version in zip(SIDES, versions, strict=True)
    ]
    assert (
        len(
            list(
                package_findings(DependencyDifference(("requirements.txt",), separate_packages=True), targets)
            )
        )
        == warnings
    )
