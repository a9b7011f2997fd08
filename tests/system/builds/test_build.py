"""Builds: how they are started."""

import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mario_perf.builds.build import MAX_PADDING, Build, _environment, serve, startable_service
from mario_perf.builds.git import Checkout
from mario_perf.builds.preparation import prepare
from mario_perf.configuration.policy import Policy, Service
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import UserError
from mario_perf.reports.progress import PlainNarrator

ROOT = Path(__file__).parents[3]


def build(service: Service | None, folder: Path = ROOT, **changes: object) -> Build:
    made = Build("candidate", Checkout(folder, "abc"), service)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_embedded_pizzeria_gets_the_faults_that_were_asked_for() -> None:
    command = build(None, faults=("--slow", "GetMenuQuery=2")).command(4711)
    assert command[1:3] == ["-m", "mario_perf.pizzeria"]
    assert command[-2:] == ["--slow", "GetMenuQuery=2"]


@pytest.mark.parametrize(
    "policy",
    [
        Policy(metrics=replace(CQRS, duration="shop_seconds")),
        Policy(service=Service(ready="/up")),
    ],
)
def test_a_service_that_nobody_knows_how_to_start_is_not_taken_for_the_pizzeria(policy: Policy) -> None:
    with pytest.raises(UserError, match="start"):
        startable_service(policy)


def test_without_a_word_of_another_it_is_the_pizzeria() -> None:
    assert startable_service(Policy()) is None


def test_the_port_goes_where_the_policy_wants_it() -> None:
    made = build(Service(start=("./serve", "--listen", "127.0.0.1:{port}")))
    assert made.command(4711) == ["./serve", "--listen", "127.0.0.1:4711"]


def test_a_setup_that_fails_is_one_line_and_its_output_is_kept(tmp_path: Path) -> None:
    made = build(Service(start=("true",), setup=(sys.executable, "-c", "print('why'); exit(3)")), tmp_path)
    with pytest.raises(
        UserError, match="setup of the candidate ended with exit code 3: why; its output is in"
    ):
        with prepare(made, tmp_path, PlainNarrator()):
            pass
    assert "why" in (tmp_path / "candidate.setup.log").read_text()


def test_a_setup_is_told_and_runs_in_the_checkout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkout, folder = tmp_path / "checkout", tmp_path / "run"
    checkout.mkdir()
    folder.mkdir()
    made = build(Service(start=("true",), setup=("touch", "built")), checkout)
    with prepare(made, folder, PlainNarrator()):
        assert (checkout / "built").exists()
    assert "setting up the candidate: touch built" in capsys.readouterr().err


def test_a_service_of_another_kind_is_served_from_its_checkout(tmp_path: Path) -> None:
    (tmp_path / "healthz").write_text("up")
    start = (sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1")
    made = build(Service(start=start, ready="/healthz"), tmp_path)
    with serve((made,), 1, tmp_path / "round-1") as (instance,):
        assert httpx.get(f"{instance.url}/healthz", timeout=5).text == "up"
    assert instance.process.process.returncode is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{instance.url}/healthz", timeout=5)


def test_each_side_of_each_round_has_an_environment_of_its_own_length_and_a_seed_repeats_it(
    tmp_path: Path,
) -> None:
    def padding(name: str, seed: int) -> str:
        return _environment(build(None, name=name), seed, tmp_path)["MARIO_PERF_PADDING"]

    lengths = [len(padding(side, seed)) for side in ("baseline", "candidate") for seed in range(20)]
    assert len(set(lengths)) > 30
    assert max(lengths) > MAX_PADDING / 2 > min(lengths)
    assert padding("baseline", 7) == padding("baseline", 7)


def test_what_a_service_leaves_in_its_temporary_folder_is_removed(tmp_path: Path) -> None:
    program = (
        "import runpy, sys, tempfile; print(tempfile.mkdtemp(), flush=True); "
        "sys.argv = ['', '{port}', '--bind', '127.0.0.1']; "
        "runpy.run_module('http.server', run_name='__main__')"
    )
    made = build(Service(start=(sys.executable, "-c", program), ready="/"), tmp_path)
    with serve((made,), 1, tmp_path / "round-1"):
        left = Path((tmp_path / "round-1.candidate.log").read_text().splitlines()[0])
        assert left.exists()
    assert not left.exists()


@pytest.mark.parametrize("layout", ["", "src"])
def test_the_code_of_the_checkout_wins_over_what_is_installed(layout: str, tmp_path: Path) -> None:
    """The pizzeria of the checkout is served, not the one beside this test."""
    package = tmp_path / layout / "mario_perf" / "pizzeria"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    (package / "__main__.py").write_text(
        "import sys, http.server\n"
        "class Handler(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200)\n"
        "        self.end_headers()\n"
        "        self.wfile.write(b'the other build')\n"
        "http.server.HTTPServer(('127.0.0.1', int(sys.argv[2])), Handler).serve_forever()\n"
    )
    made = build(None, tmp_path)
    with serve((made,), 1, tmp_path / "round-1") as (instance,):
        assert httpx.get(instance.url, timeout=5).text == "the other build"


def test_what_the_user_put_on_the_path_is_still_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout, own = tmp_path / "checkout", tmp_path / "own"
    checkout.mkdir()
    own.mkdir()
    (own / "only_there.py").write_text("import runpy\nrunpy.run_module('http.server', run_name='__main__')\n")
    monkeypatch.setenv("PYTHONPATH", str(own))
    start = (sys.executable, "-m", "only_there", "{port}", "--bind", "127.0.0.1")
    made = build(Service(start=start, ready="/"), checkout)
    with serve((made,), 1, tmp_path / "round-1") as (instance,):
        assert httpx.get(instance.url, timeout=5).is_success
