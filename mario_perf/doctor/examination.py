"""A look at a service and at this machine, before anybody trusts a gate of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.builds import origin
from mario_perf.builds.build import Build
from mario_perf.builds.nesting import forbid_nesting
from mario_perf.builds.preparation import prepare
from mario_perf.builds.temporary_folder import temporary_folder
from mario_perf.doctor import diagnosis
from mario_perf.doctor.diagnosis import Diagnosis, Level
from mario_perf.errors import SourceUnreachableError, UserError
from mario_perf.gate import sides
from mario_perf.gate.candidate import candidate_snapshot
from mario_perf.gate.duet import Duet, play_round
from mario_perf.gate.load_plan import BACK_TO_BACK, LoadRequest, plan_load
from mario_perf.gate.load_process import SideDiedError, run_locust
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.round_selection import invalid_findings
from mario_perf.reports.progress import show_progress
from mario_perf.sources.instant_query import names
from mario_perf.sources.metrics_page import page
from mario_perf.sources.prometheus_source import latest
from mario_perf.sources.scrapes import scrapes
from mario_perf.sources.source import open_source
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.builds.origin import ServiceOrigin
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.reports.progress import Narrator
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


def _prometheus_table(connection: Connection, policy: Policy, description: str) -> Table:
    """What a Prometheus has. Without one, ``description`` says what answered instead of a metrics page."""
    try:
        return latest(connection, policy.metrics)
    except SourceUnreachableError as error:
        raise SourceUnreachableError(f"{connection.url}: {description}; correct the URL ({error})") from error


def _shows_metrics(connection: Connection) -> Diagnosis:
    return Diagnosis(Level.OK, "service", f"{connection.url} shows metrics")


def _failure(error: Exception) -> Diagnosis:
    finding, _, advice = str(error).partition("; ")
    return Diagnosis(Level.PROBLEM, "service", finding, advice)


@forbid_nesting()
def examine(policy: Policy, policy_path: Path | None, rounds: int, *, demo: bool) -> tuple[Diagnosis, ...]:
    """Load the service that a gate would start, then measure the noise of this machine in ``rounds``."""
    diagnoses: list[Diagnosis] = []
    try:
        service_origin = origin.find(policy, policy_path, demo=demo)
        load = plan_load(policy, policy_path, BACK_TO_BACK, LoadRequest(window=PROBE_SECONDS))
        max_seconds = load.total_time + rounds * replace(load, window=WINDOW_SECONDS).total_time
        with (
            temporary_folder("doctor", keep_after=(UserError, SideDiedError)) as folder,
            show_progress(max_seconds) as narrator,
            candidate_snapshot(service_origin, load, runs.LATEST.parent) as (source, service_load),
        ):
            for each in _examine_build(Examination(source, policy, service_load, folder, rounds), narrator):
                diagnoses.append(each)  # noqa: PERF402 - what was found stays when the next step fails
    except (UserError, SideDiedError) as error:
        diagnoses.append(_failure(error))
    return tuple(diagnoses)


def _examine_build(examination: Examination, narrator: Narrator) -> Iterator[Diagnosis]:
    files, service = examination.origin.checkout, examination.origin.service
    with prepare(Build("candidate", files, service), examination.folder, narrator) as build:
        yield from _examine_pair((replace(build, name="baseline"), build), examination, narrator)


def _examine_pair(
    builds: tuple[Build, Build], examination: Examination, narrator: Narrator
) -> Iterator[Diagnosis]:
    narrator.say("starting the service and sending it requests")
    text = _text(builds[1], examination, narrator)
    yield Diagnosis(Level.OK, "service", f"{examination.origin}: answers, and shows metrics under load")
    metrics = diagnosis.examine_exposition(text, examination.policy)
    yield from metrics
    if examination.rounds and all(each.level is not Level.PROBLEM for each in metrics):
        yield from _noise(builds, examination, narrator)


def _text(build: Build, examination: Examination, narrator: Narrator) -> str:
    """The last metrics page that the service showed in a short run."""
    folder = examination.folder / "look"
    with sides.serve_builds(build)(examination.load.seed, folder) as services:
        run_locust(examination.load, services, folder, narrator.tick)
    pages = [scrape["body"] for scrape in scrapes(folder / "scrapes-candidate.jsonl.gz") if "body" in scrape]
    if not pages:
        raise UserError(f"{build.metrics_path} shows no metrics; correct [service] metrics in perf.toml")
    return pages[-1]


def _noise(builds: tuple[Build, ...], examination: Examination, narrator: Narrator) -> Iterator[Diagnosis]:
    duet = Duet(
        serving=sides.serve_builds(*reversed(builds)),
        load=replace(examination.load, window=WINDOW_SECONDS),
        policy=examination.policy,
        source_of=open_source(examination.policy.metrics),
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
