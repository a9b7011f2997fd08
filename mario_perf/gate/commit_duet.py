"""A short duet of two commits, whose result joins the history."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from mario_perf import ci_environment, subject
from mario_perf.builds import git, origin
from mario_perf.builds.build import Build, metrics_path, serve
from mario_perf.builds.preparation import prepare
from mario_perf.gate import duet, gate_folder, metrics_pages, sides
from mario_perf.gate.candidate import candidate_snapshot
from mario_perf.gate.load_plan import ROUND_WINDOW, LoadRequest, plan_load
from mario_perf.history.duet_links import duet_links
from mario_perf.history.gate_batch import gate_batch
from mario_perf.reports import outputs
from mario_perf.reports.progress import show_progress
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mario_perf.configuration.policy import Policy, Service
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.history.measurements import Link
    from mario_perf.history.store import Store
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.reports.progress import Narrator

LONGEST_ANSWER: Final = 10.0
"""Seconds that a request may take."""


@dataclass(frozen=True, slots=True)
class DuetRequest:
    """What a command asks of its duets. ``seconds`` are those of one, ``window`` those of a round."""

    seconds: float
    policy: Path | None
    runs_dir: Path
    window: float = ROUND_WINDOW


@dataclass(frozen=True, slots=True)
class CommitDuets:
    """What all duets of a search have in common.

    Each has a folder in ``runs_dir``; logs of first starts go into ``logs``. ``seconds`` are those of one.
    """

    policy: Policy
    service: Service | None
    load: LoadPlan
    runs_dir: Path
    logs: Path
    seconds: float
    store: Store
    narrator: Narrator


@contextmanager
def open_duets(
    request: DuetRequest, policy: Policy, store: Store, most: int, suffix: str
) -> Iterator[CommitDuets]:
    """Find the service and its load, and show progress of ``most`` duets; logs go to a folder with a suffix.

    Raises:
        UserError: nothing says how the service is started.
    """
    source = origin.find(policy, request.policy, demo=False)
    load = plan_load(policy, request.policy, LoadRequest(window=request.window))
    logs = gate_folder.make(request.runs_dir, suffix)
    with (
        show_progress(most * request.seconds) as narrator,
        candidate_snapshot(source, load, request.runs_dir) as (snapshot, load),
    ):
        yield CommitDuets(
            policy, snapshot.service, load, request.runs_dir, logs, request.seconds, store, narrator
        )


def find_link(links: Iterable[Link], operation: str, metric: str) -> Link | None:
    """The link of one operation and metric, if there is one."""
    return next((each for each in links if (each.operation, each.metric) == (operation, metric)), None)


def check_start(duets: CommitDuets, commit: str) -> None:
    """Start a commit's service once, and stop it.

    Raises:
        UserError: it cannot be built or started.
    """
    with _build(duets, "candidate", commit, duets.logs) as build, serve([build], 1, duets.logs / commit[:12]):
        pass


def play(duets: CommitDuets, earlier: str, later: str) -> tuple[Link, ...]:
    """Play two commits against each other, write the report, and add links and levels to the history.

    Returns no links where the duet was invalid.

    Raises:
        UserError: a commit cannot be built or started, or the history cannot be written.
    """
    folder = gate_folder.make(duets.runs_dir, "-duet")
    rounds: list[MeasuredRun] = []

    def play_round(setup: duet.Duet, number: int, narrator: Narrator) -> MeasuredRun:
        rounds.append(duet.play_round(setup, number, narrator))
        return rounds[-1]

    with ExitStack() as stack:
        baseline = stack.enter_context(_build(duets, "baseline", earlier, folder))
        candidate = stack.enter_context(_build(duets, "candidate", later, folder))
        result = duet.play(_setup(duets, candidate, baseline, folder), duets.narrator, play_round)
    known = subject.of(result, folder.name, ci_environment.read(os.environ))
    result = replace(result, command=("mario-perf", *sys.argv[1:]), subject=known)
    outputs.write(result, folder)
    batch = gate_batch(result)
    if batch is None:
        return ()
    links = tuple(duet_links(rounds, duets.policy, baseline.checkout.revision, candidate.checkout.revision))
    duets.store.append([replace(batch, links=links)])
    return links


def _setup(duets: CommitDuets, candidate: Build, baseline: Build, folder: Path) -> duet.Duet:
    deadline = time.monotonic() + duets.seconds
    metrics = metrics_path(duets.policy)
    return duet.Duet(
        serving=sides.serve_builds(
            replace(candidate, deadline=deadline),
            replace(baseline, deadline=deadline),
            scrape_ports=partial(metrics_pages.check_ports, metrics),
        ),
        load=replace(duets.load, request_timeout=min(LONGEST_ANSWER, duets.seconds)),
        policy=duets.policy,
        source_of=open_source(duets.policy),
        folder=folder,
        max_duration=duets.seconds,
        max_rounds=None,
        until_decided=False,
    )


@contextmanager
def _build(duets: CommitDuets, name: str, commit: str, folder: Path) -> Iterator[Build]:
    with (
        git.check_out(commit) as checkout,
        prepare(Build(name, checkout, duets.service), folder, duets.narrator) as build,
    ):
        yield build
