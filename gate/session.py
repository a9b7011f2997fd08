"""A gate from start to end: from what was asked for to an exit code."""

from __future__ import annotations

import secrets
import sys
import time
import traceback
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from analysis import baselines, policy_file, verdict
from analysis.errors import UserError
from analysis.sources.connection import Connection
from analysis.sources.prometheus import PrometheusSource
from analysis.sources.scrapes import ScrapeSource
from gate import duet, git, prometheus, sides, stored
from gate.load import QUIET, QUIET_FOR_PROMETHEUS, Load, Target, locustfile
from gate.processes import free_port
from gate.progress import narrating
from gate.service import Build, prepare, startable
from gate.wish import AUTO, check, check_faults
from reports import outputs, redaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.judge import SourceOf
    from analysis.model import GateResult
    from analysis.policy import Policy
    from gate.git import Checkout
    from gate.progress import Narrator
    from gate.trust import Trust
    from gate.wish import Wish

REACHING = 10.0

DUET_LOAD = (1, "0")
"""Users and think time of a duet. One user without pauses gets as many executions a second out of two cores
as two or four do, since the load generator is what takes the time, and nobody waits for anybody: rounds lie
closer together."""

WARM_UP = 1.0
"""Seconds of load before a round is measured."""

REPORTING = 4.0
"""Seconds of a gate's time that are kept for stopping the services, the last look and the reports."""

TIMEOUTS = 6
"""So many requests that are never answered fit in a gate: two in each of two rounds, and the rest."""

STORED_LOAD = (20, "0.05:0.2")


def run(wish: Wish) -> int:
    """Do it; returns the exit code.

    Raises:
        UserError: it cannot be done as asked.
    """
    check(wish)
    policy = policy_file.load(wish.policy)
    check_faults(wish, policy)
    load = _load(wish, policy)
    play, longest = (_duet, wish.max_duration) if wish.baseline is None else (_stored, stored.longest(load))
    folder = _folder(wish.runs_dir)
    with verdict.errors_mapped(policy.inconclusive), _details_kept(folder):
        with narrating(longest) as narrator:
            result = replace(play(wish, policy, load, folder, narrator), command=_command())
        outputs.deliver(result, folder, wish.formats, wish.outputs)
    return verdict.exit_code(result.outcome, policy.inconclusive)


def _command() -> tuple[str, ...]:
    """What was typed, whichever way the command line was reached."""
    return ("mario-perf", *sys.argv[1:])


def _folder(runs_dir: Path) -> Path:
    folder = runs_dir / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    try:
        folder.mkdir(parents=True)
        new = runs_dir / f".latest-{folder.name}"
        new.symlink_to(folder.name)
        new.replace(runs_dir / "latest")
    except OSError as error:
        raise UserError(f"{folder}: cannot be made ({error.strerror}); give another --runs-dir") from error
    return folder


@contextmanager
def _details_kept(folder: Path) -> Iterator[None]:
    """Keep where an unexpected error came from, and let it say where that is kept."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        log = folder / "error.log"
        log.write_text(redaction.text(traceback.format_exc()), encoding="utf-8")
        error.add_note(f"details in {log}")
        raise


def _duet(wish: Wish, policy: Policy, load: Load, folder: Path, narrator: Narrator) -> GateResult:
    began, longest = time.monotonic(), wish.max_duration - REPORTING
    with ExitStack() as stack:
        if wish.baseline_url and wish.candidate_url:
            metrics = policy.service.metrics if policy.service else "/metrics"
            urls = (wish.baseline_url, wish.candidate_url)
            targets = [reached(url, metrics, wish.trust) for url in urls]
            serving = sides.given(*targets)
            ports: tuple[int, ...] = ()
        else:
            builds = stack.enter_context(_builds(wish, policy, folder, narrator))
            serving = sides.fresh(*(replace(build, until=began + longest) for build in builds))
            ports = tuple(build.port for build in builds)
            metrics = builds[0].metrics_path
        source_of = stack.enter_context(_source(wish, policy, ports, metrics, folder))
        asked = duet.Duet(
            serving=serving,
            load=replace(load, request_timeout=wish.max_duration / TIMEOUTS),
            policy=policy,
            source_of=source_of,
            folder=folder,
            longest=longest,
            most=wish.rounds,
            until_decided=wish.until_decided,
            gone=time.monotonic() - began,
        )
        return duet.play(asked, narrator)


def _stored(wish: Wish, policy: Policy, load: Load, folder: Path, narrator: Narrator) -> GateResult:
    given = baselines.load(Path(wish.baseline)) if wish.baseline else None
    if wish.against or not (given or baselines.of(load.scenario)):
        _commit(wish)  # what cannot be measured is told before anything is started
    tree, service = git.working_tree(), startable(policy)
    candidate = Build("candidate", tree, service, free_port(), wish.faults)
    prepare(candidate, folder, narrator)

    @contextmanager
    def committed() -> Iterator[Build]:
        with git.checked_out(_commit(wish)) as checkout:
            narrator.say(_named(checkout, tree))
            build = Build("baseline", checkout, service, candidate.port)
            prepare(build, folder, narrator)
            yield build

    with _source(wish, policy, (candidate.port,), candidate.metrics_path, folder) as source_of:
        asked = stored.Stored(
            candidate,
            committed,
            load,
            policy,
            source_of,
            folder,
            given,
        )
        return stored.play(asked, narrator)


@contextmanager
def _builds(wish: Wish, policy: Policy, folder: Path, narrator: Narrator) -> Iterator[tuple[Build, Build]]:
    tree, service = git.working_tree(), startable(policy)
    with git.checked_out(_commit(wish)) as checkout:
        narrator.say(_named(checkout, tree))
        builds = (
            Build("baseline", checkout, service, free_port(), wish.neutral_faults),
            Build("candidate", tree, service, free_port(), wish.faults),
        )
        for build in builds:
            prepare(build, folder, narrator)
        yield builds


def _commit(wish: Wish) -> str:
    return git.resolve(wish.against) if wish.against else git.default_baseline()


def _named(baseline: Checkout, candidate: Checkout) -> str:
    same = ": the same commit" if baseline.revision == candidate.revision else ""
    return f"baseline {baseline.revision}, candidate {candidate.revision}{same}"


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
        connection = Connection(url)
        prometheus.check(connection)
        source = PrometheusSource(connection, policy.metrics)
        yield lambda _: source


def _load(wish: Wish, policy: Policy) -> Load:
    if wish.baseline is None:
        (users, think), window = DUET_LOAD, wish.round_duration
    else:
        (users, think), window = STORED_LOAD, (wish.duration or policy.load.duration) / stored.RUNS
    rate = policy.load.rate
    sent = locustfile(policy.load, wish.policy or policy_file.DEFAULT_PATH)
    return Load(
        users=wish.users or policy.load.users or (users if rate is None else None),
        seed=policy.load.seed if wish.seed is None else wish.seed,
        scenario=policy.load.scenario or sent.stem,
        warm_up=WARM_UP,
        window=window,
        think=think,
        quiet=QUIET if wish.prometheus is None else QUIET_FOR_PROMETHEUS,
        settle=0.0 if wish.prometheus is None else QUIET_FOR_PROMETHEUS,
        locustfile=sent,
        rate=rate,
        arrivals=policy.load.arrivals,
        trust=wish.trust,
    )


def reached(url: str, metrics_path: str, trust: Trust) -> Target:
    """A service that runs already.

    Raises:
        UserError: it does not answer.
    """
    try:
        httpx.get(url, timeout=REACHING, trust_env=False, verify=trust.context())
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        advice = (
            "give --ca FILE with who signed its certificate, or --insecure"
            if "CERTIFICATE_VERIFY_FAILED" in str(error)
            else "start it, or correct the URL"
        )
        raise UserError(f"{url}: the service does not answer ({error}); {advice}") from error
    return Target(url.rstrip("/"), None, metrics_path)
