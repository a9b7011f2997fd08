"""A look at a service and at this machine, before anybody trusts a gate of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.builds import origin
from mario_perf.builds.build import Build
from mario_perf.builds.nesting import alone
from mario_perf.builds.preparation import prepared
from mario_perf.builds.temporary_folder import temporary_folder
from mario_perf.configuration import policy_file
from mario_perf.doctor import diagnosis
from mario_perf.doctor.diagnosis import Diagnosis, Level
from mario_perf.errors import SourceUnreachableError, UserError
from mario_perf.gate import sides
from mario_perf.gate.candidate import played
from mario_perf.gate.duet import Duet, play_round
from mario_perf.gate.load_plan import BACK_TO_BACK, LoadRequest, plan_load
from mario_perf.gate.load_process import SideDiedError, run
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.round_selection import reasons
from mario_perf.reports.progress import narrating
from mario_perf.sources.instant_query import names
from mario_perf.sources.metrics_page import page
from mario_perf.sources.prometheus_source import latest
from mario_perf.sources.scrapes import scrapes
from mario_perf.sources.source import open_source
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.builds.origin import Origin
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.load_process import Load
    from mario_perf.reports.progress import Narrator
    from mario_perf.sources.connection import Connection
    from mario_perf.sources.series import Table

ROUNDS = 4
WINDOW = 3.0
PROBE = 2.0
"""Rounds of the build against itself; and seconds that each of them, and the first look, measures."""

FEWEST = 2
"""Rounds that are needed to see how far they lie apart."""

_UNTOLD = {Code.FEW_SAMPLES.code, Code.ONE_ROUND.code}
"""Findings on a run that is short on purpose."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What is looked at, as a gate would play it, and where its logs go."""

    origin: Origin
    policy: Policy
    load: Load
    folder: Path
    rounds: int


def examine_url(connection: Connection, policy: Policy) -> tuple[Diagnosis, ...]:
    """A running service, by its metrics page or through a Prometheus that scrapes it."""
    try:
        found = page(connection)
        if found.text is not None:
            return (_shown(connection), *diagnosis.of_exposition(found.text, policy))
        table = _asked_prometheus(connection, policy, found.said)
        return (_shown(connection), *diagnosis.of_table(table, names(connection), policy))
    except UserError as error:
        return (_failed(error),)


def examine_policy(path: Path, connection: Connection) -> tuple[Diagnosis, ...]:
    """Whether a perf.toml fits a running service: its settings, its metrics, the operations that it names.

    Raises:
        PolicyError: there is no such file, or it says something that does not exist.
    """
    policy = policy_file.load(path)
    known = Diagnosis(Level.OK, "perf.toml", f"{path}: each setting is known")
    try:
        found = page(connection)
        if found.text is None:
            table, every = _asked_prometheus(connection, policy, found.said), names(connection)
            return (known, *diagnosis.of_table(table, every, policy), *diagnosis.of_named(table, policy))
        seen = diagnosis.of_exposition(found.text, policy)
        return (known, *seen, *diagnosis.of_named(diagnosis.table_of(found.text, policy), policy))
    except UserError as error:
        return (known, _failed(error))


def _asked_prometheus(connection: Connection, policy: Policy, said: str) -> Table:
    """What a Prometheus has; where there is none, ``said`` is what answered in place of a metrics page."""
    try:
        return latest(connection, policy.metrics)
    except SourceUnreachableError as error:
        raise SourceUnreachableError(f"{connection.url}: {said}; correct the URL ({error})") from error


def _shown(connection: Connection) -> Diagnosis:
    return Diagnosis(Level.OK, "service", f"{connection.url} shows metrics")


def _failed(error: Exception) -> Diagnosis:
    found, _, advice = str(error).partition("; ")
    return Diagnosis(Level.PROBLEM, "service", found, advice)


@alone()
def examine(policy: Policy, given: Path | None, rounds: int, *, demo: bool) -> tuple[Diagnosis, ...]:
    """Load the service that a gate would start, then measure the noise of this machine in ``rounds``."""
    told: list[Diagnosis] = []
    try:
        found = origin.find(policy, given, demo=demo)
        load = plan_load(policy, given, BACK_TO_BACK, LoadRequest(window=PROBE))
        longest = load.whole_time + rounds * replace(load, window=WINDOW).whole_time
        with (
            temporary_folder("doctor", kept_after=(UserError, SideDiedError)) as folder,
            narrating(longest) as narrator,
            played(found, load, runs.LATEST.parent) as (source, sent),
        ):
            for each in _examined(Examination(source, policy, sent, folder, rounds), narrator):
                told.append(each)  # noqa: PERF402 - what was found stays when the next step fails
    except (UserError, SideDiedError) as error:
        told.append(_failed(error))
    return tuple(told)


def _examined(asked: Examination, narrator: Narrator) -> Iterator[Diagnosis]:
    files, service = asked.origin.checkout, asked.origin.service
    with prepared(Build("candidate", files, service), asked.folder, narrator) as build:
        yield from _of_builds((replace(build, name="baseline"), build), asked, narrator)


def _of_builds(builds: tuple[Build, Build], asked: Examination, narrator: Narrator) -> Iterator[Diagnosis]:
    narrator.say("starting the service and sending it requests")
    text = _text(builds[1], asked, narrator)
    yield Diagnosis(Level.OK, "service", f"{asked.origin}: answers, and shows metrics under load")
    metrics = diagnosis.of_exposition(text, asked.policy)
    yield from metrics
    if asked.rounds and all(each.level is not Level.PROBLEM for each in metrics):
        yield from _noise(builds, asked, narrator)


def _text(build: Build, asked: Examination, narrator: Narrator) -> str:
    """The last metrics page that the service showed in a short run."""
    folder = asked.folder / "look"
    with sides.fresh(build)(asked.load.seed, folder) as services:
        run(asked.load, services, folder, narrator.tick)
    pages = [scrape["body"] for scrape in scrapes(folder / "scrapes-candidate.jsonl.gz") if "body" in scrape]
    if not pages:
        raise UserError(f"{build.metrics_path} shows no metrics; correct [service] metrics in perf.toml")
    return pages[-1]


def _noise(builds: tuple[Build, ...], asked: Examination, narrator: Narrator) -> Iterator[Diagnosis]:
    duet = Duet(
        serving=sides.fresh(*reversed(builds)),
        load=replace(asked.load, window=WINDOW),
        policy=asked.policy,
        source_of=open_source(asked.policy.metrics),
        folder=asked.folder,
        longest=math.inf,
        most=asked.rounds,
        until_decided=False,
    )
    rounds = []
    for number in range(1, asked.rounds + 1):
        narrator.say(f"round {number} of {asked.rounds}: the build against itself")
        rounds.append(play_round(duet, number, narrator))
    findings = conclude(rounds, None, asked.policy).findings
    yield from diagnosis.of_findings(each for each in findings if each.code not in _UNTOLD)
    fit = [(each.sides[0], each.sides[1]) for each in rounds if not reasons(each)]
    if len(fit) >= FEWEST:
        yield from diagnosis.of_noise(fit, asked.policy, duet.load.whole_time)
