"""A gate from start to end: from what was asked for to an outcome."""

from __future__ import annotations

import os
import sys
import time
import traceback
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from mario_perf import allowed_hosts, bounded_read, ci_environment, message_lines, subject
from mario_perf.baselines import stored_baselines
from mario_perf.builds import embedded_pizzeria
from mario_perf.builds.build import Build, metrics_path
from mario_perf.builds.nesting import forbid_nesting
from mario_perf.builds.preparation import prepare
from mario_perf.builds.snapshot import digests
from mario_perf.errors import UserError
from mario_perf.gate import (
    build_pair,
    duet,
    earlier_rounds,
    gate_folder,
    level_rounds,
    metrics_pages,
    parts,
    past,
    prometheus_server,
    runner_ledger,
    sides,
    stored,
)
from mario_perf.gate.candidate import candidate_snapshot
from mario_perf.gate.continuation import Continuation, note_files
from mario_perf.gate.gate_request import AUTO, check, check_faults, check_metrics
from mario_perf.gate.load_plan import LoadRequest, plan_load
from mario_perf.gate.restart import restart
from mario_perf.gate.same_environment import DependencyDifference, package_findings
from mario_perf.history import additions
from mario_perf.history.gate_batch import gate_batch
from mario_perf.judgement import next_steps
from mario_perf.ledger import machine_levels
from mario_perf.otlp import receiver
from mario_perf.reports import outputs, redaction
from mario_perf.reports.formats import FORMATS
from mario_perf.reports.progress import show_progress
from mario_perf.sources.connection import Connection
from mario_perf.sources.source import open_source
from mario_perf.validity.environments import is_busy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from mario_perf.builds.origin import ServiceOrigin
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.build_pair import BuildPair
    from mario_perf.gate.gate_request import GateRequest
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.gate.sides import ScrapePorts
    from mario_perf.model import GateResult, Outcome, Subject
    from mario_perf.otlp.receiver import OtlpReceiver
    from mario_perf.reports.progress import Narrator
    from mario_perf.run_record import Side
    from mario_perf.sources.source import SourceOf

ANSWER_TIMEOUT = 10.0

REPORT_SECONDS = 4.0
"""Seconds at the end of a gate for stopping the services, the last verdict and the reports."""

TIMEOUTS_PER_GATE = 12
"""Request timeouts that fit into a gate: two in each of three rounds, and some for slow starts."""


@dataclass(frozen=True, slots=True)
class GateSession:
    """A gate about to begin; without a ``pair`` it measures services that run already.

    ``start`` is when its time began, by the monotonic clock.
    """

    start: float
    request: GateRequest
    policy: Policy
    load: LoadPlan
    pair: BuildPair | None
    folder: Path
    continuation: Continuation | None


@forbid_nesting()
def run(request: GateRequest, policy: Policy, start: float) -> Outcome:
    """Play it, and report. Its time began at ``start``, by the monotonic clock.

    Raises:
        InvalidRunError: it was played, and there is nothing to judge.
        UserError: it cannot be done as asked.
    """
    continuation = Continuation.of(request.continued) if request.continued else None
    request = continuation.pin(request) if continuation else request
    check(request)
    check_faults(request, policy)
    check_metrics(request, policy)
    load = _plan_load(request, policy)
    play, expected_seconds = (
        (_play_duet, request.max_duration)
        if request.baseline is None
        else (_play_stored, stored.expected_seconds(load))
    )
    pair = None if request.baseline_url else _find_pair(request, policy, load)
    difference = (
        pair.compare_dependencies(accepted=request.same_environment) if pair else DependencyDifference()
    )
    folder = continuation.folder if continuation else gate_folder.make(request.runs_dir)
    session = GateSession(start, request, policy, load, pair, folder, continuation)
    with _keep_error_details(folder):
        with show_progress(expected_seconds) as narrator:
            if busy := busy_machine(os.getloadavg()[0], os.cpu_count() or 1):
                narrator.warn(busy)
            result = _with_package_findings(play(session, narrator), difference)
        result = next_steps.with_subject(replace(result, command=_command()), _subject(session, result))
        result = _continued(result, session)
        result = runner_ledger.with_ledger(result, request.runs_dir)
        result = past.with_past(result, request.runs_dir)
        _deliver(result, folder, request)
        _add_to_history(result, request.runs_dir)
    return result.outcome


def busy_machine(load_average: float, cores: int) -> str | None:
    """What to say at the start if other work holds all cores."""
    if not is_busy(load_average, cores):
        return None
    return (
        f"this machine is busy: load average {load_average:.1f} on {cores} cores; the gate will need more "
        "rounds, or end without a clear answer; stop other work first"
    )


def _with_package_findings(result: GateResult, difference: DependencyDifference) -> GateResult:
    """The result, with a warning where it says nothing of other packages."""
    return replace(
        result, findings=(*package_findings(difference, result.runs[-1].targets), *result.findings)
    )


def _continued(result: GateResult, session: GateSession) -> GateResult:
    """The result; where an earlier gate was played on, by the command that started it, and with a note."""
    if (earlier := session.continuation) is None:
        return result
    findings = (*result.findings, earlier.finding(result))
    return replace(result, command=earlier.report.command, findings=findings)


def _deliver(result: GateResult, folder: Path, request: GateRequest) -> None:
    """Report; ``latest`` names the folder as soon as a report is in it, whatever else fails."""
    try:
        outputs.deliver(result, folder, request.formats, request.outputs)
    finally:
        if (folder / FORMATS["json"].file).exists():
            gate_folder.point_latest(folder)


def _add_to_history(result: GateResult, runs_dir: Path) -> None:
    """The verdict stands whether the history can be written or not."""
    batch = gate_batch(result)
    if problem := additions.add([batch] if batch else [], runs_dir):
        message_lines.say(problem, error=True)


def _subject(session: GateSession, result: GateResult) -> Subject:
    """What was compared: the records and CI know a part of it, the repository the rest."""
    known = subject.of(result, session.folder.name, ci_environment.read(os.environ))
    known = replace(known, faults=session.request.fault_texts)
    return known if session.pair is None else session.pair.describe(known)


def _command() -> tuple[str, ...]:
    """What was typed, whichever way the command line was reached."""
    return ("mario-perf", *sys.argv[1:])


@contextmanager
def _keep_error_details(folder: Path) -> Iterator[None]:
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


def _play_duet(session: GateSession, narrator: Narrator) -> GateResult:
    request, policy = session.request, session.policy
    start, max_duration = session.start, request.max_duration - REPORT_SECONDS
    with ExitStack() as stack:
        load = session.load
        source_of, scrape_ports = stack.enter_context(_open_source(session))
        if session.pair is None:
            pushed = stack.enter_context(_receiver(session))
            targets = _running_targets(session, narrator, pushed)
            serving = sides.serve_targets(*targets, restart=_restart(request))
            baseline_alone = sides.serve_targets(targets[1])
        else:
            snapshot = candidate_snapshot(session.pair.candidate, load, request.runs_dir)
            source, load = stack.enter_context(snapshot)
            _identify(session, source)
            checkout = nullcontext(source.checkout) if request.itself else session.pair.baseline()
            builds = stack.enter_context(
                build_pair.prepare_builds(checkout, source, request.injected, session.folder, narrator)
            )
            candidate, baseline = (
                replace(build, deadline=start + max_duration) for build in reversed(builds)
            )
            serving = sides.serve_builds(candidate, baseline, scrape_ports=scrape_ports)
            baseline_alone = sides.serve_builds(baseline, scrape_ports=scrape_ports)
        setup = duet.Duet(
            serving=serving,
            load=replace(load, request_timeout=request.max_duration / TIMEOUTS_PER_GATE),
            policy=policy,
            source_of=source_of,
            folder=session.folder,
            max_duration=max_duration,
            max_rounds=request.rounds,
            until_decided=request.until_decided,
            elapsed=time.monotonic() - start,
        )
        if request.levels is not None:
            plan = level_rounds.LevelsPlan(setup, baseline_alone, request.levels, start)
            return level_rounds.play(plan, narrator)
        earlier = {
            part: earlier_rounds.read(session.folder, part, source_of)
            for part in (request.parts if session.continuation else ())
        }
        return parts.play(parts.PartsPlan(setup, baseline_alone, request.parts, start, earlier), narrator)


def _receiver(session: GateSession) -> AbstractContextManager[OtlpReceiver | None]:
    """What running services push to."""
    return receiver.receive(session.request.push_port) if session.policy.pushes else nullcontext()


def _identify(session: GateSession, source: ServiceOrigin) -> None:
    """Note what the candidate's files are; a gate that is played on must have the same."""
    if source.demo:
        return
    files = digests(source.checkout)
    if session.continuation:
        session.continuation.check_files(files)
    else:
        note_files(session.folder, files)


def _running_targets(
    session: GateSession, narrator: Narrator, pushed: OtlpReceiver | None
) -> tuple[sides.ServiceTarget, sides.ServiceTarget]:
    """Both services by URL: candidate and baseline."""
    request = session.request
    metrics = pushed.page_url("{side}") if pushed else metrics_path(session.policy)
    assert request.baseline_url and request.candidate_url  # noqa: S101, PT018 - without a pair there are both
    narrator.say(f"measuring the running services {request.candidate_url} and {request.baseline_url}")
    baseline = running_target(request.baseline_url, metrics, session.load)
    candidate = running_target(request.candidate_url, metrics, session.load)
    for each in (baseline, candidate) if request.prometheus is None and pushed is None else ():
        metrics_pages.check(each.url, metrics, request.tls)
    return candidate, baseline


def _restart(request: GateRequest) -> Callable[[], None] | None:
    """What starts both services by URL anew, if there is a command for that."""
    if request.restart is None:
        return None
    urls = [url for url in (request.baseline_url, request.candidate_url) if url]
    return partial(restart, request.restart, urls, request.tls)


def _play_stored(session: GateSession, narrator: Narrator) -> GateResult:
    request, pair, folder = session.request, session.pair, session.folder
    assert pair is not None  # noqa: S101 - URLs and --baseline exclude each other
    baseline = stored_baselines.load(Path(request.baseline)) if request.baseline else None
    with ExitStack() as stack:
        source, load = stack.enter_context(candidate_snapshot(pair.candidate, session.load, request.runs_dir))
        narrator.say(f"measuring {source}")
        build = Build("candidate", source.checkout, source.service, request.faults)
        candidate = stack.enter_context(prepare(build, folder, narrator))

        @contextmanager
        def baseline_build() -> Iterator[Build]:
            with pair.baseline() as checkout:
                narrator.say(build_pair.revisions_text(checkout, source.checkout))
                baseline_files = Build("baseline", checkout, source.service)
                with prepare(baseline_files, folder, narrator) as prepared_build:
                    yield prepared_build

        source_of, scrape_ports = stack.enter_context(_open_source(session))
        spread = machine_levels.known(session.policy, load.scenario, request.runs_dir)
        comparison = stored.StoredComparison(
            candidate, baseline_build, load, session.policy, source_of, folder, baseline, spread, scrape_ports
        )
        return stored.play(comparison, narrator)


def _find_pair(request: GateRequest, policy: Policy, load: LoadPlan) -> BuildPair:
    """What is compared, before anything is made: what was asked for wrongly leaves nothing behind."""
    has_stored_runs = request.baseline is not None and bool(
        request.baseline or stored_baselines.of_scenario(load.scenario)
    )
    if request.baseline:
        stored_baselines.load(Path(request.baseline))
    pair = build_pair.find_pair(request, policy, has_stored_runs=has_stored_runs)
    embedded_pizzeria.check_faults(pair.candidate.checkout, request.faults)
    return pair


@contextmanager
def _open_source(session: GateSession) -> Iterator[tuple[SourceOf, ScrapePorts]]:
    request, policy = session.request, session.policy
    if request.prometheus is None:
        yield open_source(policy), partial(metrics_pages.check_ports, metrics_path(policy))
        return
    with ExitStack() as stack:
        url, scrape_ports = request.prometheus, _scrape_nothing
        if url == AUTO:
            log = session.folder / "prometheus.log"
            server = stack.enter_context(prometheus_server.start_server(metrics_path(policy), log))
            url, scrape_ports = server.url, server.scrape
        connection = Connection(url, matchers=request.matchers, replicas=request.replicas)
        prometheus_server.check(connection)
        if request.baseline_url and request.candidate_url:
            urls: dict[Side, str] = {"baseline": request.baseline_url, "candidate": request.candidate_url}
            prometheus_server.check_targets(connection, urls)
        yield open_source(policy, connection), scrape_ports


def _scrape_nothing(ports: Sequence[int]) -> None:
    """No-op: the Prometheus knows the services already."""


def _plan_load(request: GateRequest, policy: Policy) -> LoadPlan:
    stored_window = (request.duration or policy.load.duration) / stored.RUNS_PER_BUILD
    load_request = LoadRequest(
        window=request.round_duration if request.baseline is None else stored_window,
        users=request.users,
        seed=request.seed,
        tls=request.tls,
        hosts=request.allow_host,
        prometheus=request.prometheus is not None,
        tags=request.tags,
        exclude_tags=request.exclude_tags,
        reference="off" if request.baseline is None else request.reference,
    )
    return plan_load(policy, request.policy, load_request)


def running_target(url: str, metrics_path: str, load: LoadPlan) -> sides.ServiceTarget:
    """A service that runs already.

    Raises:
        UserError: it does not answer, or its host is not allowed.
    """
    try:
        allowed_hosts.check(httpx.URL(url).host, {host.lower() for host in load.hosts})
        bounded_read.status(url, ANSWER_TIMEOUT, load.tls.context())
    except allowed_hosts.HostNotAllowedError as error:
        raise UserError(f"{url}: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        advice = (
            "give --ca FILE with the certificate of its signer, or --insecure"
            if "CERTIFICATE_VERIFY_FAILED" in str(error)
            else "start it, or correct the URL"
        )
        raise UserError(f"{url}: the service does not answer ({error}); {advice}") from error
    return sides.ServiceTarget(url.rstrip("/"), None, metrics_path)
