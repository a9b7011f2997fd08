"""The wheel in a project whose own packages have the names that the repository has at its top level."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.system import pizzerias

ROOT = Path(__file__).parents[2]
NAMES = ("analysis", "reports", "gate", "loadtests", "pizzeria", "journeys")

LOCUSTFILE = """
from locust import task
from mario_perf import MeasuredUser, Step
import reports

class Shopper(MeasuredUser):
    @task
    def menu(self):
        assert reports.OWN
        self.session.step(Step("read the menu", "GetMenuQuery", "GET"), "/api/menu/")
"""


@dataclass(frozen=True)
class Project:
    folder: Path
    python: Path

    def run(
        self, *words: str, cwd: Path | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            [self.python, *words],
            cwd=cwd or self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the wheel in an environment of its own; what the wheel needs is borrowed from ours."""
    folder = tmp_path_factory.mktemp("project")
    environment = folder / ".venv"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    packages = (
        environment / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    )
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    build = ["-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder / "wheels")]
    subprocess.run([sys.executable, *build], cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = (folder / "wheels").glob("*.whl")
    ZipFile(wheel).extractall(packages)  # as an installer does with a pure wheel
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("OWN = True\n")
    own = "\n".join(f"import {name}\nassert {name}.OWN" for name in NAMES)
    (folder / "test_own.py").write_text("def test_own() -> None:\n    " + own.replace("\n", "\n    ") + "\n")
    (folder / "locustfile.py").write_text(LOCUSTFILE)
    return Project(folder, python)


def test_one_package_is_installed(project: Project) -> None:
    code = "from importlib.metadata import files; print(*{file.parts[0] for file in files('mario-perf')})"
    installed = set(project.run("-c", code).stdout.split())
    assert {name for name in installed if not name.endswith(".dist-info") and name != ".."} == {"mario_perf"}


def test_the_projects_own_tests_run(project: Project) -> None:
    done = project.run("-m", "pytest", "-q", "test_own.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_locustfile_of_a_checkout_loads_what_is_installed(project: Project, tmp_path: Path) -> None:
    """The wheel and ``loadtests/`` are enough: no editable installation stands behind them."""
    shutil.copytree(ROOT / "loadtests", tmp_path / "loadtests", ignore=shutil.ignore_patterns("__pycache__"))
    done = project.run("-m", "locust", "-f", "loadtests/mario.py", "--list", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "MarioUser" in done.stdout.split()


@pytest.mark.e2e
def test_a_locustfile_runs_on_the_public_face(project: Project) -> None:
    with pizzerias.started() as pizzeria:
        users = ["--headless", "-u", "1", "-t", "2s", "--warm-up", "0.5", "--quiet", "0.1", "--run-id", "own"]
        done = project.run("-m", "locust", "-f", "locustfile.py", *users, "-H", pizzeria.url)
    record = json.loads((project.folder / "runs" / "own" / "run.json").read_text())
    steps = record["targets"][0]["in_window"]
    assert steps, done.stderr
    assert steps[0]["started"] > 0


@pytest.mark.e2e
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_gate_runs(project: Project, tmp_path: Path, elsewhere: bool) -> None:  # noqa: FBT001 - a parameter
    cwd = tmp_path if elsewhere else project.folder
    words = ("-m", "mario_perf", "gate", "--demo", "--rounds", "1", "--round-duration", "2")
    done = project.run(*words, cwd=cwd)
    report = json.loads((cwd / "runs" / "latest" / "report.json").read_text())
    assert len(report["operations"]) == 12, done.stdout + done.stderr
    assert all(each["candidate"]["executions"] for each in report["operations"])
