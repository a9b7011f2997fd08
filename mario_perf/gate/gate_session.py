"""A gate from start to end: from what was asked for to an outcome."""

from __future__ import annotations

import os
import sys
import time
import traceback
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from mario_perf import bounded_read, ci_environment, subject
from mario_perf.baselines import stored_baselines
from mario_perf.builds import embedded_pizzeria
from mario_perf.builds.build import Build, metrics_path
from mario_perf.builds.nesting import alone
from mario_perf.builds.preparation import prepared
from mario_perf.errors import UserError
from mario_perf.gate import build_pair as pair
from mario_perf.gate import duet, gate_folder, prometheus_server, sides, stored
from mario_perf.gate.candidate import played
from mario_perf.gate.gate_request import AUTO, check, check_faults
from mario_perf.gate.load_plan import BACK_TO_BACK, WITH_PAUSES, LoadRequest, plan_load
from mario_perf.gate.same_environment import Difference, told
from mario_perf.reports import outputs, redaction
from mario_perf.reports.formats import FORMATS
from mario_perf.reports.progress import narrating
from mario_perf.sources.connection import Connection
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.builds.git import Checkout
    from mario_perf.builds.origin import Origin
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.build_pair import Pair
    from mario_perf.gate.certificates import Trust
    from mario_perf.gate.gate_request import Wish
    from mario_perf.gate.load_process import Load
    from mario_perf.gate.sides import Scraped
    from mario_perf.model import GateResult, Outcome, Subject
    from mario_perf.reports.progress import Narrator
    from mario_perf.sources.source import SourceOf

REACHING = 10.0

REPORTING = 4.0
"""Seconds at the end of a gate for stopping the services, the last verdict and the reports."""

TIMEOUTS = 12
"""Request timeouts that fit into a gate: two in each of three rounds, and some for slow starts."""


@dataclass(frozen=True, slots=True)
class Session:
    """A gate that is about to begin; without a ``pair`` it measures services that run already.

    ``began`` is when its time began to run, by the monotonic clock.
    """

    began: float
    wish: Wish
    policy: Policy
    load: Load
    pair: Pair | None
    folder: Path


@alone()
def run(wish: Wish, policy: Policy, began: float) -> Outcome:
    """Play it, and report. Its time began to run at ``began``, by the monotonic clock.

    Raises:
        InvalidRunError: it was played, and there is nothing to judge.
        UserError: it cannot be done as asked.
    """
    check(wish)
    check_faults(wish, policy)
    load = _load(wish, policy)
    play, longest = (_duet, wish.max_duration) if wish.baseline is None else (_stored, stored.longest(load))
    compared = None if wish.baseline_url else _pair(wish, policy, load)
    different = compared.difference(accepted=wish.same_environment) if compared else Difference()
    folder = gate_folder.make(wish.runs_dir)
    asked = Session(began, wish, policy, load, compared, folder)
    with _details_kept(folder):
        with narrating(longest) as narrator:
            if busy := busy_machine(os.getloadavg()[0], os.cpu_count() or 1):
                narrator.warn(busy)
            result = _told(play(asked, narrator), different)
        result = replace(result, command=_command(), subject=_subject(asked, result))
        _deliver(result, folder, wish)
    return result.outcome


def busy_machine(load_average: float, cores: int) -> str | None:
    """What to say at the start if other work holds all cores."""
    if load_average <= cores:
        return None
    return (
        f"this machine is busy: load average {load_average:.1f} on {cores} cores; the gate will need more "
        "rounds, or end without a clear answer; stop other work first"
    )


def _told(result: GateResult, different: Difference) -> GateResult:
    """The result, with a warning where it says nothing of other packages."""
    return replace(result, findings=(*told(different, result.runs[-1].targets), *result.findings))


def _deliver(result: GateResult, folder: Path, wish: Wish) -> None:
    """Report; ``latest`` names the folder as soon as a report is in it, whatever else fails."""
    try:
        outputs.deliver(result, folder, wish.formats, wish.outputs)
    finally:
        if (folder / FORMATS["json"].file).exists():
            gate_folder.point_latest(folder)


def _subject(session: Session, result: GateResult) -> Subject:
    """What was compared: the records and CI know a part of it, the repository the rest."""
    known = subject.of(result, session.folder.name, ci_environment.read(os.environ))
    known = replace(known, faults=session.wish.faults_shown)
    return known if session.pair is None else session.pair.described(known)


def _command() -> tuple[str, ...]:
    """What was typed, whichever way the command line was reached."""
    return ("mario-perf", *sys.argv[1:])


@contextmanager
def _details_kept(folder: Path) -> Iterator[None]:
    """Keep where an unexpected error came from; let it, and an interrupt, say what is kept and where."""
    try:
        yield
    except UserError:
        raise
    except KeyboardInterrupt as interrupt:
        if any(folder.glob("*/run.json")):
            interrupt.add_note(f"what was measured is in {folder}")
        raise
    except Exception as error:
        log = folder / "error.log"
        log.write_text(redaction.text(traceback.format_exc()), encoding="utf-8")
        error.add_note(f"details in {log}")
        raise


def _duet(session: Session, narrator: Narrator) -> GateResult:
    wish, policy = session.wish, session.policy
    began, longest = session.began, wish.max_duration - REPORTING
    with ExitStack() as stack:
        load = session.load
        source_of, scraped = stack.enter_context(_source(session))
        if session.pair is None:
            targets = _running(session, narrator)
            serving = sides.given(*targets)
        else:
            taken = played(session.pair.candidate, load, wish.runs_dir)
            source, load = stack.enter_context(taken)
            builds = stack.enter_context(_builds(session, session.pair, source, narrator))
            candidate, baseline = (replace(build, until=began + longest) for build in reversed(builds))
            serving = sides.fresh(candidate, baseline, scraped=scraped)
        asked = duet.Duet(
            serving=serving,
            load=replace(load, request_timeout=wish.max_duration / TIMEOUTS),
            policy=policy,
            source_of=source_of,
            folder=session.folder,
            longest=longest,
            most=wish.rounds,
            until_decided=wish.until_decided,
            gone=time.monotonic() - began,
        )
        return duet.play(asked, narrator)


def _running(session: Session, narrator: Narrator) -> tuple[sides.Target, sides.Target]:
    """Both services by URL: candidate and baseline."""
    wish, metrics = session.wish, metrics_path(session.policy)
    assert wish.baseline_url and wish.candidate_url  # noqa: S101, PT018 - without a pair there are both
    narrator.say(f"measuring the running services {wish.candidate_url} and {wish.baseline_url}")
    baseline = reached(wish.baseline_url, metrics, wish.trust)
    return reached(wish.candidate_url, metrics, wish.trust), baseline


def _stored(session: Session, narrator: Narrator) -> GateResult:
    wish, both, folder = session.wish, session.pair, session.folder
    assert both is not None  # noqa: S101 - URLs and --baseline exclude each other
    given = stored_baselines.load(Path(wish.baseline)) if wish.baseline else None
    with ExitStack() as stack:
        source, load = stack.enter_context(played(both.candidate, session.load, wish.runs_dir))
        narrator.say(f"measuring {source}")
        build = Build("candidate", source.checkout, source.service, wish.faults)
        candidate = stack.enter_context(prepared(build, folder, narrator))

        @contextmanager
        def committed() -> Iterator[Build]:
            with both.baseline() as checkout:
                narrator.say(_named(checkout, source.checkout))
                before = Build("baseline", checkout, source.service)
                with prepared(before, folder, narrator) as ready:
                    yield ready

        source_of, scraped = stack.enter_context(_source(session))
        asked = stored.Stored(candidate, committed, load, session.policy, source_of, folder, given, scraped)
        return stored.play(asked, narrator)


@contextmanager
def _builds(
    session: Session, both: Pair, source: Origin, narrator: Narrator
) -> Iterator[tuple[Build, Build]]:
    wish = session.wish
    narrator.say(f"measuring {source}")
    with both.baseline() as checkout:
        narrator.say(_named(checkout, source.checkout))
        before = Build("baseline", checkout, source.service, wish.neutral_faults)
        now = Build("candidate", source.checkout, source.service, wish.faults)
        with (
            prepared(before, session.folder, narrator) as baseline,
            prepared(now, session.folder, narrator) as candidate,
        ):
            yield baseline, candidate


def _pair(wish: Wish, policy: Policy, load: Load) -> Pair:
    """What is compared, before anything is made: what was asked for wrongly leaves nothing behind."""
    kept = wish.baseline is not None and bool(wish.baseline or stored_baselines.of(load.scenario))
    if wish.baseline:
        stored_baselines.load(Path(wish.baseline))
    both = pair.find(wish, policy, kept=kept)
    embedded_pizzeria.check_faults(both.candidate.checkout, wish.faults)
    return both


def _named(baseline: Checkout, candidate: Checkout) -> str:
    same = ": the same commit" if baseline.revision == candidate.revision else ""
    return f"baseline {baseline.revision}, candidate {candidate.revision}{same}"


@contextmanager
def _source(session: Session) -> Iterator[tuple[SourceOf, Scraped]]:
    wish, policy = session.wish, session.policy
    if wish.prometheus is None:
        yield open_source(policy.metrics), _by_others
        return
    with ExitStack() as stack:
        url, scraped = wish.prometheus, _by_others
        if url == AUTO:
            log = session.folder / "prometheus.log"
            server = stack.enter_context(prometheus_server.scraping(metrics_path(policy), log))
            url, scraped = server.url, server.scrape
        connection = Connection(url)
        prometheus_server.check(connection)
        yield open_source(policy.metrics, connection), scraped


def _by_others(ports: Sequence[int]) -> None:
    """No-op: no Prometheus, or it knows the services already."""


def _load(wish: Wish, policy: Policy) -> Load:
    if wish.baseline is None:
        pace, window = BACK_TO_BACK, wish.round_duration
    else:
        pace, window = WITH_PAUSES, (wish.duration or policy.load.duration) / stored.RUNS
    request = LoadRequest(
        window=window,
        users=wish.users,
        seed=wish.seed,
        trust=wish.trust,
        prometheus=wish.prometheus is not None,
    )
    return plan_load(policy, wish.policy, pace, request)


def reached(url: str, metrics_path: str, trust: Trust) -> sides.Target:
    """A service that runs already.

    Raises:
        UserError: it does not answer.
    """
    try:
        bounded_read.status(url, REACHING, trust.context())
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        advice = (
            "give --ca FILE with the certificate of its signer, or --insecure"
            if "CERTIFICATE_VERIFY_FAILED" in str(error)
            else "start it, or correct the URL"
        )
        raise UserError(f"{url}: the service does not answer ({error}); {advice}") from error
    return sides.Target(url.rstrip("/"), None, metrics_path)
