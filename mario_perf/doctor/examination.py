"""A look at a service and at this machine, before anybody trusts a gate of them."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.builds import git, origin
from mario_perf.builds.build import Build
from mario_perf.builds.nesting import forbid_nesting
from mario_perf.builds.preparation import prepare
from mario_perf.builds.temporary_folder import temporary_folder
from mario_perf.configuration import policy_file
from mario_perf.doctor import diagnosis, sample_forecast, step_diagnosis, surroundings
from mario_perf.doctor.diagnosis import Diagnosis, Rating
from mario_perf.errors import SourceUnreachableError, UserError
from mario_perf.gate import metrics_pages, sides
from mario_perf.gate.candidate import candidate_snapshot
from mario_perf.gate.duet import Duet, play_round, round_cost
from mario_perf.gate.load_plan import LoadRequest, plan_load
from mario_perf.gate.load_process import run_locust
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.round_selection import invalid_findings
from mario_perf.ledger import ledger_folder
from mario_perf.ledger.summary import by_runner, sentence, summarise
from mario_perf.measurement.measured_run import measure_run
from mario_perf.reports.progress import show_progress
from mario_perf.sources.instant_query import names
from mario_perf.sources.metrics_page import page
from mario_perf.sources.prometheus_source import latest
from mario_perf.sources.scrapes import scrapes
from mario_perf.sources.source import open_source
from mario_perf.validity.codes import Code
from mario_perf.validity.environments import environment_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.builds.origin import ServiceOrigin
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.reports.progress import Narrator
    from mario_perf.runs import Run
    from mario_perf.sources.connection import Connection
    from mario_perf.sources.series import Table

ROUNDS = 4
WINDOW_SECONDS = 3.0
PROBE_SECONDS = 2.0
"""Rounds of the build against itself; and seconds that each of them, and the first look, measures."""

MIN_ROUNDS = 2
"""Rounds that are needed to see how far they lie apart."""

_EXPECTED_CODES = {Code.FEW_SAMPLES.code, Code.ONE_ROUND.code}
"""Findings on a run that is short on purpose."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What is looked at, as a gate would play it, and where its logs go."""

    origin: ServiceOrigin
    policy: Policy
    load: LoadPlan
    folder: Path
    rounds: int


def examine_url(connection: Connection, policy: Policy) -> tuple[Diagnosis, ...]:
    """A running service, by its metrics page or through a Prometheus that scrapes it."""
    try:
        answer = page(connection)
        if answer.text is not None:
            return (_shows_metrics(connection), *diagnosis.examine_exposition(answer.text, policy))
        table = _prometheus_table(connection, policy, answer.description)
        return (_shows_metrics(connection), *diagnosis.examine_table(table, names(connection), policy))
    except UserError as error:
        return (_failure(error),)


def examine_policy(path: Path, connection: Connection) -> tuple[Diagnosis, ...]:
    """Whether a perf.toml fits a running service: its settings, its metrics, the operations that it names.

    Raises:
        PolicyError: there is no such file, or it says something that does not exist.
    """
    policy = policy_file.load(path)
    known = Diagnosis(Rating.OK, "perf.toml", f"{path}: each setting is known")
    if policy.by_client:
        return (known, diagnosis.without_metrics())
    try:
        return (known, *_examine_metrics(connection, policy))
    except UserError as error:
        return (known, _failure(error))


def _examine_metrics(connection: Connection, policy: Policy) -> Iterator[Diagnosis]:
    answer = page(connection)
    if answer.text is None:
        table = _prometheus_table(connection, policy, answer.description)
        yield from diagnosis.examine_table(table, names(connection), policy)
    else:
        yield from diagnosis.examine_exposition(answer.text, policy)
        table = diagnosis.exposition_table(answer.text, policy)
    yield from diagnosis.examine_operation_names(table, policy)


def _prometheus_table(connection: Connection, policy: Policy, description: str) -> Table:
    """What a Prometheus has. Without one, ``description`` says what answered instead of a metrics page."""
    try:
        return latest(connection, policy.metrics)
    except SourceUnreachableError as error:
        raise SourceUnreachableError(f"{connection.url}: {description}; correct the URL ({error})") from error


def _shows_metrics(connection: Connection) -> Diagnosis:
    return Diagnosis(Rating.OK, "service", f"{connection.url} shows metrics")


def _failure(error: Exception) -> Diagnosis:
    finding, _, advice = str(error).partition("; ")
    return Diagnosis(Rating.PROBLEM, "service", finding, advice)


@forbid_nesting()
def examine(policy: Policy, policy_path: Path | None, rounds: int, *, demo: bool) -> tuple[Diagnosis, ...]:
    """Load the service that a gate would start, then measure the noise of this machine in ``rounds``."""
    diagnoses: list[Diagnosis] = []
    try:
        service_origin = origin.find(policy, policy_path, demo=demo)
        load = plan_load(policy, policy_path, LoadRequest(window=PROBE_SECONDS))
        max_seconds = load.total_time + rounds * replace(load, window=WINDOW_SECONDS).total_time
        with (
            temporary_folder("doctor", keep_after=(UserError,)) as folder,
            show_progress(max_seconds) as narrator,
            candidate_snapshot(service_origin, load, runs.LATEST.parent) as (source, service_load),
        ):
            for each in _examine_build(Examination(source, policy, service_load, folder, rounds), narrator):
                diagnoses.append(each)  # noqa: PERF402 - what was found stays when the next step fails
    except UserError as error:
        diagnoses.append(_failure(error))
    return tuple(diagnoses)


def _examine_build(examination: Examination, narrator: Narrator) -> Iterator[Diagnosis]:
    files, service = examination.origin.checkout, examination.origin.service
    yield surroundings.of_machine(os.getloadavg()[0], os.cpu_count() or 1)
    if not examination.origin.demo:
        yield from surroundings.of_ignored(git.ignored(git.working_tree()), service)
    with prepare(Build("candidate", files, service), examination.folder, narrator) as build:
        yield from _examine_pair((replace(build, name="baseline"), build), examination, narrator)


def _examine_pair(
    builds: tuple[Build, Build], examination: Examination, narrator: Narrator
) -> Iterator[Diagnosis]:
    narrator.say("starting the service and playing a round of the locustfile")
    played, seconds = _played(builds[1], examination, narrator)
    policy = examination.policy
    shows = "" if policy.by_client else ", and shows metrics under load"
    yield Diagnosis(Rating.OK, "service", f"{examination.origin}: answers{shows}")
    metrics = _of_metrics(played, policy)
    yield from metrics
    if any(each.level is Rating.PROBLEM for each in metrics):
        return
    yield from _of_ledger(played)
    measured = measure_run(played, open_source(policy)(played))
    steps = step_diagnosis.of_steps(measured)
    yield from steps
    yield sample_forecast.of_samples(round_cost(measured, seconds, policy), policy)
    if examination.rounds and all(each.level is not Rating.PROBLEM for each in steps):
        yield from _noise(builds, examination, narrator)


def _of_ledger(played: Run) -> Iterator[Diagnosis]:
    """What this runner's own gates of unchanged builds said, if there were any."""
    here = ledger_folder.read(ledger_folder.find(), environment_id(played.record.environment))
    for known in by_runner(here).values():
        summary = summarise(known)
        level = Rating.OK if summary.rise is None else Rating.ATTENTION
        advice = "" if summary.rise is None else "look for what else runs there, or use another runner"
        yield Diagnosis(level, "ledger", sentence(summary), advice)


def _played(build: Build, examination: Examination, narrator: Narrator) -> tuple[Run, float]:
    """A short run, and all the seconds that it took. The metrics page is looked at before any load."""
    began = time.monotonic()
    folder = examination.folder / "look"
    check_page = partial(metrics_pages.check_ports, build.metrics_path)
    with sides.serve_builds(build, scrape_ports=check_page)(examination.load.seed, folder) as services:
        played = run_locust(examination.load, services, folder, narrator.tick)
    return played, time.monotonic() - began


def _of_metrics(played: Run, policy: Policy) -> tuple[Diagnosis, ...]:
    """By the last metrics page that the service showed; without metrics, what that means."""
    if policy.by_client:
        return (diagnosis.without_metrics(),)
    path = played.directory / "scrapes-candidate.jsonl.gz"
    pages = [scrape["body"] for scrape in scrapes(path) if "body" in scrape]
    return diagnosis.examine_exposition(pages[-1], policy)


def _noise(builds: tuple[Build, ...], examination: Examination, narrator: Narrator) -> Iterator[Diagnosis]:
    duet = Duet(
        serving=sides.serve_builds(*reversed(builds)),
        load=replace(examination.load, window=WINDOW_SECONDS),
        policy=examination.policy,
        source_of=open_source(examination.policy),
        folder=examination.folder,
        max_duration=math.inf,
        max_rounds=examination.rounds,
        until_decided=False,
    )
    rounds = []
    for number in range(1, examination.rounds + 1):
        narrator.say(f"round {number} of {examination.rounds}: the build against itself")
        rounds.append(play_round(duet, number, narrator))
    findings = conclude(rounds, None, examination.policy).findings
    yield from diagnosis.from_findings(each for each in findings if each.code not in _EXPECTED_CODES)
    valid_rounds = [(each.sides[0], each.sides[1]) for each in rounds if not invalid_findings(each)]
    if len(valid_rounds) >= MIN_ROUNDS:
        yield from diagnosis.examine_noise(valid_rounds, examination.policy, duet.load.total_time)
