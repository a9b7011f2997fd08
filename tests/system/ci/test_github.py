"""The GitHub action: its steps in a checkout as GitHub makes it, with GitHub's interfaces around them."""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.system.ci.conftest import REGRESSED, ROOT, SHORT, environment, shell
from tests.system.ci.workflow import Runner
from tests.system.machine import judged

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.system.ci.conftest import Project

ACTION = ROOT / "action.yml"
COMMENT = ROOT / "deploy" / "ci" / "github" / "comment.py"
TOKEN = "a-token-of-the-workflow"
LINK = "https://github.example.invalid/luigi/pizza/artifacts/9"


class GitHub(ThreadingHTTPServer):
    """The part of the REST API that comments need."""

    def __init__(self, comments: list[str], status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments = dict(enumerate(comments, start=1))
        self.status = status
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: GitHub

    def do_GET(self) -> None:
        page = int(self.path.rpartition("page=")[2])
        every = [{"id": key, "body": body} for key, body in self.server.comments.items()]
        self._answer(every[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        assert self.path == "/repos/luigi/pizza/issues/7/comments"
        self._keep(len(self.server.comments) + 1)

    def do_PATCH(self) -> None:
        self._keep(int(self.path.removeprefix("/repos/luigi/pizza/issues/comments/")))

    def _keep(self, key: int) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.comments[key] = content["body"]
        self._answer({"id": key})

    def _answer(self, content: Any) -> None:
        allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
        self.send_response(self.server.status if allowed else 401)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base names it
        """Nothing."""


@contextmanager
def github(comments: list[str], status: int = 200) -> Iterator[GitHub]:
    with GitHub(comments, status) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(timeout=30)


def runner(server: GitHub, checkout: Path, scratch: Path, base: str, **inputs: str) -> Runner:
    """A job on pull request 7."""
    action = yaml.safe_load(ACTION.read_text())
    defaults = {name: each["default"] for name, each in action["inputs"].items()}
    summary = scratch / "summary"
    return Runner(
        workspace=checkout,
        scratch=scratch,
        contexts={
            "inputs": {**defaults, "token": TOKEN, "options": SHORT, **inputs},
            "github": {
                "action_path": str(ROOT),
                "event": {"pull_request": {"number": 7, "base": {"sha": base}}},
            },
        },
        actions={
            "actions/setup-python": {"python-path": sys.executable},
            "actions/upload-artifact": {"artifact-url": LINK},
        },
        variables={
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": server.url,
            "GITHUB_REPOSITORY": "luigi/pizza",
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(scratch),
        },
    )


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    return found


def test_the_action_is_one_by_githubs_schema() -> None:
    command = ["check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION)]
    checked = shell(*command, cwd=ROOT, env=environment())
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_expression_stands_in_a_script() -> None:
    """What somebody calls a branch would be run as shell code."""
    assert not [step["name"] for step in steps() if "${{" in step.get("run", "")]


@dataclass(frozen=True)
class Played:
    """A job that ran its gate, and the comments that were there afterwards."""

    returncode: int
    job: Runner
    comments: dict[int, str]


def played(checkout: Path, scratch: Path, base: str) -> Played:
    with github(["a remark"]) as server:
        job = runner(server, checkout, scratch, base)
        return Played(job.run(steps()), job, server.comments)


@pytest.mark.e2e
@pytest.mark.alone
@pytest.mark.timeout(600)  # a gate that could not tell is played up to three times
def test_a_pull_request_that_slows_a_handler_fails_with_a_report_a_summary_and_a_comment(
    project: Project, tmp_path: Path
) -> None:
    """The one real gate among the recipes, and the one that shows a slow handler to be red."""
    checkout = project.checkout(tmp_path / "checkout", project.merge, "--depth=1")
    done = judged(lambda: played(checkout, tmp_path, project.base))
    job = done.job
    log = job.done["Gate"].stdout + job.done["Gate"].stderr
    outputs = job.contexts["steps"]["gate"]["outputs"]
    assert outputs["outcome"] == "regressed", log
    assert done.returncode == int(outputs["exit-code"]) == REGRESSED
    assert "::error title=PlaceOrderCommand regressed::" in log

    folder = Path(outputs["folder"])
    report = json.loads((folder / "report.json").read_text())
    revisions = {target["side"]: target["revision"] for target in report["runs"][0]["targets"]}
    assert revisions == {"baseline": project.base[:12], "candidate": project.merge[:12]}
    assert report["reconciliation"]
    for row in report["reconciliation"]:
        assert row["client_whole"] == row["server_whole"]
        assert row["client_window"] == row["server_window"]
    verdicts = {each["operation"]["name"]: each["verdict"] for each in report["operations"]}
    assert [name for name, verdict in verdicts.items() if verdict == "regressed"] == ["PlaceOrderCommand"]
    cases = ET.parse(folder / "report.xml").iter("testcase")
    assert [case.get("name") for case in cases if case.find("failure") is not None] == ["PlaceOrderCommand"]
    assert (folder / "report.html").is_file()
    assert job.used["actions/upload-artifact"] == {"name": "mario-perf", "path": f"{folder}/report.*"}
    assert "PlaceOrderCommand" in (tmp_path / "summary").read_text()
    assert done.comments == {1: "a remark", 2: written("mario-perf", (folder / "report.md").read_text())}


def test_what_cannot_be_judged_at_all_fails_without_a_comment(project: Project, tmp_path: Path) -> None:
    checkout = project.checkout(tmp_path / "checkout", project.merge, "--depth=1")
    with github([]) as server:
        job = runner(server, checkout, tmp_path, project.base, options="--slow NoSuchCommand=2")
        code = job.run(steps())
    assert code == 2
    assert "actions/upload-artifact" not in job.used
    assert server.comments == {}


def test_it_installs_itself_where_it_is_missing(bare: dict[str, str], tmp_path: Path) -> None:
    with github([]) as server:
        job = runner(server, tmp_path, tmp_path, "")
        job.variables.update(bare)
        job.actions = {
            "actions/setup-python": {"python-path": str(shutil.which("python", path=bare["PATH"]))}
        }
        assert job.run(steps()[:2]) == 0
    path = f"{(tmp_path / 'GITHUB_PATH').read_text().strip()}:{bare['PATH']}"
    installed = shell("mario-perf", "--version", cwd=tmp_path, env={**bare, "PATH": path})
    assert installed.stdout.startswith("mario-perf, version")


@pytest.mark.parametrize("against", ["", "0" * 40])
def test_with_nothing_to_compare_with_it_says_what_to_do(against: str, tmp_path: Path) -> None:
    with github([]) as server:
        job = runner(server, tmp_path, tmp_path, against)
        assert job.run([step for step in steps() if step.get("id") == "base"]) == 2
    assert "::error" in job.done["Find the base"].stdout


def test_a_branch_that_has_moved_on_is_compared_where_it_was_left(project: Project, tmp_path: Path) -> None:
    """With the whole history, and a branch's name instead of a commit."""
    checkout = project.checkout(tmp_path / "checkout", project.head)
    with github([]) as server:
        job = runner(server, checkout, tmp_path, "", against="merged")
        assert job.run([step for step in steps() if step.get("id") == "base"]) == 0
    assert job.contexts["steps"]["base"]["outputs"]["revision"] == project.head


def comment(
    url: str, report: Path, *, name: str = "shop", token: str = TOKEN
) -> subprocess.CompletedProcess[str]:
    variables = {"GITHUB_API_URL": url, "GITHUB_REPOSITORY": "luigi/pizza", "GITHUB_TOKEN": token}
    command = (sys.executable, str(COMMENT), "7", str(report), name, LINK)
    return shell(*command, cwd=report.parent, env=environment(**variables))


def written(name: str, report: str) -> str:
    return f"<!-- mario-perf: {name} -->\n{report}\n[The whole report]({LINK}), to be downloaded.\n"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.md"
    file.write_text("### new")
    return file


def test_a_later_run_replaces_its_own_comment_wherever_it_is(report: Path) -> None:
    others = [f"remark {number}" for number in range(149)]
    with github([*others, written("shop", "### old")]) as server:
        assert comment(server.url, report).returncode == 0
    assert list(server.comments.values()) == [*others, written("shop", "### new")]


def test_another_gate_of_the_same_pull_request_has_a_comment_of_its_own(report: Path) -> None:
    with github([written("shop", "### new")]) as server:
        comment(server.url, report, name="shop-writes")
    assert list(server.comments.values()) == [written(name, "### new") for name in ("shop", "shop-writes")]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no HTTP at all\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[",
        b"HTTP/1.1 200 OK\r\n\r\n<html>",
    ],
    ids=["closed", "no HTTP", "cut off", "no JSON"],
)
def test_a_connection_that_breaks_is_a_warning(answer: bytes, report: Path) -> None:
    class Broken(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65_536)
            self.request.sendall(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Broken) as server:
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        done = comment(f"http://127.0.0.1:{server.server_address[1]}", report)
        thread.join(timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::warning title=mario-perf::The comment could not be written")
    assert done.stderr == ""


@pytest.mark.parametrize(("status", "token"), [(403, TOKEN), (200, "another")])
def test_a_comment_that_may_not_be_written_is_a_warning_without_the_token(
    status: int, token: str, report: Path
) -> None:
    with github([], status) as server:
        done = comment(server.url, report, token=token)
    assert done.returncode == 0
    assert done.stdout.startswith("::warning title=mario-perf::The comment could not be written")
    assert token not in done.stdout + done.stderr
    assert server.comments == {}


@pytest.mark.parametrize("kind", ["link", "pipe", "missing"])
def test_a_report_that_is_no_plain_file_is_not_shown(kind: str, report: Path) -> None:
    report.unlink()
    if kind == "link":
        report.symlink_to("/proc/self/environ")
    elif kind == "pipe":
        os.mkfifo(report)
    with github([]) as server:
        done = comment(server.url, report)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::warning title=mario-perf::The comment could not be written")
    assert server.comments == {}


def test_beside_the_token_runs_no_code_of_the_pull_request(report: Path) -> None:
    """Neither what lies in its checkout nor what PYTHONPATH names, which an earlier step may have set."""
    for name in ("json", "sitecustomize", "stat"):
        (report.parent / f"{name}.py").write_text("open('ran', 'w').close()")
    with github([]) as server:
        job = runner(server, report.parent, report.parent, base="0")
        job.variables["PYTHONPATH"] = str(report.parent)
        job.actions = {**job.actions, "gate": {"folder": str(report.parent)}}
        python, artifact = (
            next(each for each in steps() if each.get("id") == id_) for id_ in ("python", "artifact")
        )
        step = next(each for each in steps() if each.get("name") == "Comment on the pull request")
        gate = {"id": "gate", "uses": "gate"}
        assert job.run([python, gate, artifact, step]) == 0
    assert list(server.comments.values()) == [written("mario-perf", "### new")]
    assert not (report.parent / "ran").exists()
