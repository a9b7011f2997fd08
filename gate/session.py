"""A gate from start to end: from what was asked for to an exit code."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from analysis import policy_file, verdict
from analysis.errors import UserError
from analysis.sources.connection import Connection
from analysis.sources.prometheus import PrometheusSource
from analysis.sources.scrapes import ScrapeSource
from gate import duet, git, prometheus, sides, stored
from gate.load import QUIET, QUIET_FOR_PROMETHEUS, Load, Target
from gate.processes import free_port
from gate.progress import narrating
from gate.service import Build, prepare
from reports import html, json_report, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.judge import SourceOf
    from analysis.model import GateResult
    from analysis.policy import Policy
    from gate.progress import Narrator

AUTO = "auto"
REACHING = 10.0

DUET_LOAD = (2, "0")
"""Users and think time of a duet. Two users without pauses keep both builds busy and hardly ever wait for
each other: the most executions a second, and the least interference, that the machine gives."""

STORED_LOAD = (20, "0.05:0.2")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; None is what the policy says."""

    against: str | None
    baseline: str | None
    baseline_url: str | None
    candidate_url: str | None
    users: int | None
    duration: float | None
    max_duration: float
    until_decided: bool
    round_duration: float
    seed: int | None
    slow: tuple[str, ...]
    delay: tuple[str, ...]
    fail: tuple[str, ...]
    prometheus: str | None
    policy: Path | None
    output: Path

    @property
    def faults(self) -> tuple[str, ...]:
        """As the pizzeria takes them."""
        named = (("--slow", self.slow), ("--delay", self.delay), ("--fail", self.fail))
        return tuple(word for option, values in named for value in values for word in (option, value))


def run(wish: Wish) -> int:
    """Do it; returns the exit code.

    Raises:
        UserError: it cannot be done as asked.
    """
    _check(wish)
    policy = policy_file.load(wish.policy)
    folder = _folder(wish.output)
    longest = wish.max_duration if wish.baseline is None else 0.0
    with narrating(longest) as narrator:
        result = (
            _stored(wish, policy, folder, narrator)
            if wish.baseline is not None
            else _duet(wish, policy, folder, narrator)
        )
    return _report(result, folder, policy)


def _check(wish: Wish) -> None:
    if (wish.baseline_url is None) != (wish.candidate_url is None):
        raise UserError("--baseline-url and --candidate-url go together; give both")
    urls = wish.baseline_url is not None
    if urls and (wish.against or wish.baseline is not None or wish.faults or wish.prometheus == AUTO):
        raise UserError(
            "running services are compared as they are; leave out --against, --baseline, faults and auto"
        )


def _folder(output: Path) -> Path:
    folder = output / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    try:
        folder.mkdir(parents=True)
        new = output / f".latest-{folder.name}"
        new.symlink_to(folder.name)
        new.replace(output / "latest")
    except OSError as error:
        raise UserError(f"{folder}: cannot be made ({error.strerror}); give another --output") from error
    return folder


def _duet(wish: Wish, policy: Policy, folder: Path, narrator: Narrator) -> GateResult:
    load = _load(wish, policy, wish.round_duration)
    with ExitStack() as stack:
        if wish.baseline_url and wish.candidate_url:
            metrics = policy.service.metrics if policy.service else "/metrics"
            targets = [_reached(url, metrics) for url in (wish.baseline_url, wish.candidate_url)]
            serving = sides.given(*targets)
            ports: tuple[int, ...] = ()
        else:
            builds = stack.enter_context(_builds(wish, policy, folder, narrator))
            serving = sides.fresh(*builds)
            ports = tuple(build.port for build in builds)
            metrics = builds[0].metrics_path
        source_of = stack.enter_context(_source(wish, policy, ports, metrics, folder))
        asked = duet.Duet(serving, load, policy, source_of, folder, wish.max_duration, wish.until_decided)
        return duet.play(asked, narrator)


def _stored(wish: Wish, policy: Policy, folder: Path, narrator: Narrator) -> GateResult:
    duration = wish.duration or policy.load.duration
    load = _load(wish, policy, duration / stored.RUNS)
    tree = git.working_tree()
    candidate = Build("candidate", tree, policy.service, free_port(), wish.faults)
    prepare(candidate, folder / "candidate.setup.log")
    commit = git.resolve(wish.against or "HEAD")

    @contextmanager
    def committed() -> Iterator[Build]:
        with git.checked_out(commit) as checkout:
            build = Build("baseline", checkout, policy.service, candidate.port)
            prepare(build, folder / "baseline.setup.log")
            yield build

    with _source(wish, policy, (candidate.port,), candidate.metrics_path, folder) as source_of:
        asked = stored.Stored(
            candidate,
            committed,
            load,
            policy,
            source_of,
            folder,
            Path(wish.baseline) if wish.baseline else None,
        )
        return stored.play(asked, narrator)


@contextmanager
def _builds(wish: Wish, policy: Policy, folder: Path, narrator: Narrator) -> Iterator[tuple[Build, Build]]:
    tree = git.working_tree()
    commit = git.resolve(wish.against) if wish.against else git.default_baseline()
    with git.checked_out(commit) as checkout:
        narrator.say(f"baseline {checkout.revision}, candidate {tree.revision}")
        builds = (
            Build("baseline", checkout, policy.service, free_port()),
            Build("candidate", tree, policy.service, free_port(), wish.faults),
        )
        for build in builds:
            prepare(build, folder / f"{build.name}.setup.log")
        yield builds


@contextmanager
def _source(
    wish: Wish, policy: Policy, ports: tuple[int, ...], metrics_path: str, folder: Path
) -> Iterator[SourceOf]:
    if wish.prometheus is None:
        yield lambda run_: ScrapeSource(run_.directory, policy.metrics)
        return
    with ExitStack() as stack:
        url = wish.prometheus
        if url == AUTO:
            url = stack.enter_context(prometheus.scraping(ports, metrics_path, folder / "prometheus.log"))
        source = PrometheusSource(Connection(url), policy.metrics)
        yield lambda _: source


def _load(wish: Wish, policy: Policy, window: float) -> Load:
    users, think = DUET_LOAD if wish.baseline is None else STORED_LOAD
    return Load(
        users=wish.users or policy.load.users or users,
        seed=policy.load.seed if wish.seed is None else wish.seed,
        scenario="mario",
        warm_up=1.0,
        window=window,
        think=think,
        quiet=QUIET if wish.prometheus is None else QUIET_FOR_PROMETHEUS,
        settle=0.0 if wish.prometheus is None else QUIET_FOR_PROMETHEUS,
    )


def _reached(url: str, metrics_path: str) -> Target:
    try:
        httpx.get(url, timeout=REACHING)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UserError(
            f"{url}: the service does not answer ({error}); start it, or correct the URL"
        ) from error
    return Target(url.rstrip("/"), None, metrics_path)


def _report(result: GateResult, folder: Path, policy: Policy) -> int:
    report = folder / "report.html"
    try:
        report.write_text(html.render(result), encoding="utf-8")
        (folder / "report.json").write_text(json_report.render(result), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{folder}: the report cannot be written ({error.strerror})") from error
    console = terminal.stdout()
    terminal.print_result(result, console)
    console.print(f"report: {report}", soft_wrap=True)
    return verdict.exit_code(result.outcome, policy.inconclusive)
