"""Searches for the capacity from start to end: from what was asked for to an outcome."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf import message_lines
from mario_perf.baselines import stored_baselines
from mario_perf.builds import origin
from mario_perf.builds.build import Build, metrics_path
from mario_perf.builds.nesting import forbid_nesting
from mario_perf.builds.preparation import prepare
from mario_perf.capacity import capacity_file
from mario_perf.capacity.capacity_change import compare
from mario_perf.capacity.capacity_limits import describe, has_limits, with_limits
from mario_perf.capacity.rate_search import Search
from mario_perf.errors import BaselineMissingError, NotKeptError, UserError
from mario_perf.gate import capacity_probe, gate_folder, sides
from mario_perf.gate.candidate import candidate_snapshot
from mario_perf.gate.certificates import TlsSettings
from mario_perf.gate.gate_session import running_target
from mario_perf.gate.load_plan import LoadRequest, plan_load
from mario_perf.judgement import verdict
from mario_perf.model import Verdict
from mario_perf.otlp import receiver
from mario_perf.reports import capacity_table, terminal_report
from mario_perf.reports.console_lines import print_line
from mario_perf.reports.progress import show_progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.builds.origin import ServiceOrigin
    from mario_perf.capacity.capacity_change import SearchResult
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.gate.sides import Serving
    from mario_perf.model import Outcome
    from mario_perf.reports.progress import Narrator
    from mario_perf.run_record import Environment


@dataclass(frozen=True, slots=True)
class CapacityRequest:
    """What was asked for. ``window`` is a probe's, seconds; an empty ``baseline`` that of the environment."""

    demo: bool
    url: str | None
    scenario: str | None
    arrivals: str | None
    start: float
    resolution: float
    confirmations: int
    most_probes: int
    window: float
    users: int
    searches: int
    keep: bool
    baseline: str | None
    noise: float
    ca: Path | None
    insecure: bool
    allow_host: tuple[str, ...]
    policy: Path | None
    runs_dir: Path

    @property
    def tls(self) -> TlsSettings:
        """Of a service by URL."""
        return TlsSettings(self.ca, self.insecure)

    @property
    def load(self) -> LoadRequest:
        """Of every probe; its rate is the first one's."""
        return LoadRequest(
            window=self.window,
            users=self.users,
            scenario=self.scenario,
            rate=self.start,
            arrivals=self.arrivals,
            tls=self.tls,
            hosts=self.allow_host,
        )


@forbid_nesting()
def run(request: CapacityRequest, policy: Policy) -> Outcome:
    """Search, compare, and keep what was found.

    Raises:
        InvalidRunError: the load generator was the limit, or the service was lost.
        NotKeptError: no rate was confirmed that could be kept.
        UserError: it cannot be done as asked.
    """
    _check(request)
    source = None if request.url else origin.find(policy, request.policy, demo=request.demo)
    load = plan_load(policy, request.policy, request.load)
    _check_baseline(request, load.scenario)
    limited = with_limits(policy)
    console = terminal_report.stdout()
    print_line(console, capacity_table.limits(describe(limited), from_policy=has_limits(policy)))
    plan = Search(
        start=request.start,
        resolution=request.resolution,
        confirmations=request.confirmations,
        most_probes=request.most_probes,
    )
    folder = gate_folder.make(request.runs_dir, "-capacity")
    with (
        show_progress(request.searches * request.most_probes * load.total_time) as narrator,
        _serve(source, request, policy, load, folder, narrator) as (serving, revision, service_load),
    ):
        setup = capacity_probe.SearchSetup(serving, revision, service_load, limited, plan, folder)
        results = _run_searches(setup, request.searches, narrator)
    environment = capacity_probe.environment(_search_folder(folder, 1))
    outcome = _outcome(request, results, policy, load.scenario, environment)
    if request.keep:
        _keep(results, load.scenario, environment)
    return outcome


def _run_searches(
    setup: capacity_probe.SearchSetup, searches: int, narrator: Narrator
) -> Sequence[SearchResult]:
    """Search so often; what was found before something ended a search is written, too."""
    results: list[SearchResult] = []
    for number in range(1, searches + 1):
        if searches > 1:
            narrator.say(f"search {number} of {searches}")
        try:
            results.append(capacity_probe.find_capacity(_search_setup(setup, number), narrator))
        except capacity_probe.CutShortError as error:
            _write([*results, error.result], setup.folder)
            raise error.reason from error
        path = _write(results, setup.folder)
        print_line(terminal_report.stdout(), capacity_table.figure(results[-1].capacity, path))
    return results


def _search_setup(setup: capacity_probe.SearchSetup, number: int) -> capacity_probe.SearchSetup:
    """Each search of a run draws arrivals of its own: with the same ones it would be half a repetition."""
    load = replace(setup.load, seed=setup.load.seed + (number - 1) * setup.plan.most_probes)
    folder = _search_folder(setup.folder, number)
    folder.mkdir()
    return replace(setup, load=load, folder=folder)


def _search_folder(folder: Path, number: int) -> Path:
    return folder / f"search-{number}"


def _write(results: Sequence[SearchResult], folder: Path) -> Path:
    path = folder / "capacity.json"
    capacity_file.write(results, path)
    terminal_report.stdout().print(capacity_table.probes(results[-1].capacity))
    return path


def _outcome(
    request: CapacityRequest,
    results: Sequence[SearchResult],
    policy: Policy,
    scenario: str,
    environment: Environment,
) -> Outcome:
    """Of the comparison; without one, whether there is a figure."""
    if request.baseline is None:
        confirmed = all(result.capacity.confirmed for result in results)
        return verdict.outcome((Verdict.UNCHANGED if confirmed else Verdict.INCONCLUSIVE,))
    path = Path(request.baseline or capacity_file.find(scenario, environment))
    change = compare(capacity_file.load(path), results, request.noise, policy.false_alarm_rate)
    print_line(terminal_report.stdout(), capacity_table.change(change, path))
    return verdict.outcome((change.verdict,))


def _keep(results: Sequence[SearchResult], scenario: str, environment: Environment) -> None:
    confirmed = [result for result in results if result.capacity.confirmed]
    if not confirmed:
        raise NotKeptError("nothing is stored: no rate was confirmed; see the probes above")
    path = capacity_file.path_for(scenario, environment)
    message_lines.say(f"stored in {path}, with {len(capacity_file.keep(confirmed, path))} searches in all")


def _check(request: CapacityRequest) -> None:
    if request.keep and request.baseline is not None:
        raise UserError("--keep would add to the baseline that --baseline compares with; give one of them")
    if request.demo and request.url is not None:
        raise UserError("--demo and --url exclude each other; give one of them")
    if (request.ca or request.insecure) and request.url is None:
        raise UserError("--ca and --insecure are for a running service; give --url")


def _check_baseline(request: CapacityRequest, scenario: str) -> None:
    """Before minutes are spent: is there anything to compare with, and can it be read, or added to?"""
    if request.baseline:
        capacity_file.load(Path(request.baseline))
        return
    stored = (
        stored_baselines.of_scenario(scenario, capacity_file.ROOT)
        if request.keep or request.baseline is not None
        else ()
    )
    for path in stored:
        capacity_file.load(path)
    if request.baseline is not None and not stored:
        raise BaselineMissingError(
            f"{capacity_file.ROOT / scenario}: no stored capacity; store one with mario-perf capacity --keep"
        )


@contextmanager
def _serve(
    source: ServiceOrigin | None,
    request: CapacityRequest,
    policy: Policy,
    load: LoadPlan,
    folder: Path,
    narrator: Narrator,
) -> Iterator[tuple[Serving, str | None, LoadPlan]]:
    """How the probes get their service, its revision where that is known, and what they send."""
    if source is None:
        assert request.url is not None  # noqa: S101 - what is not started runs somewhere
        narrator.say(f"measuring the running service at {request.url}")
        with receiver.receive(receiver.DEFAULT_PORT) if policy.pushes else nullcontext() as pushed:
            metrics = pushed.page_url("") if pushed else metrics_path(policy)
            yield sides.serve_targets(running_target(request.url, metrics, load)), None, load
        return
    narrator.say(f"measuring {source}")
    with candidate_snapshot(source, load, request.runs_dir) as (snapshot, service_load):
        build = Build("candidate", snapshot.checkout, snapshot.service)
        with prepare(build, folder, narrator) as prepared_build:
            yield sides.serve_builds(prepared_build), snapshot.checkout.revision, service_load
