"""A search for the capacity from start to end: from what was asked for to an exit code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import capacity_file, policy_file, verdict
from analysis.capacity import Search, compare
from analysis.capacity_limits import described, has_limits, with_limits
from analysis.errors import BaselineMissingError, UserError
from analysis.model import Outcome, Verdict
from gate import capacity, capacity_table, git
from gate.load import QUIET, Load, locustfile
from gate.processes import free_port
from gate.progress import narrating
from gate.service import Build, prepare, startable
from gate.session import reached
from gate.trust import Trust
from reports import terminal

if TYPE_CHECKING:
    from analysis.capacity import Conditioned
    from analysis.policy import Policy
    from gate.capacity import Serving
    from gate.progress import Narrator

WARM_UP = 1.0
"""Seconds of load before what is measured."""

_OUTCOMES = {
    Verdict.REGRESSED: Outcome.REGRESSED,
    Verdict.INCONCLUSIVE: Outcome.INCONCLUSIVE,
    Verdict.IMPROVED: Outcome.PASS,
    Verdict.UNCHANGED: Outcome.PASS,
}


@dataclass(frozen=True, slots=True)
class CapacityWish:
    """What was asked for. ``window`` is a probe's, seconds; an empty ``baseline`` that of the environment."""

    url: str | None
    scenario: str | None
    arrivals: str | None
    start: float
    resolution: float
    confirmations: int
    most_probes: int
    window: float
    users: int
    keep: bool
    baseline: str | None
    noise: float
    ca: Path | None
    insecure: bool
    policy: Path | None
    runs_dir: Path


def run(wish: CapacityWish) -> int:
    """Do it; returns the exit code.

    Raises:
        UserError: it cannot be done as asked.
    """
    _check(wish)
    policy = policy_file.load(wish.policy)
    load = _load(wish, policy)
    _check_baseline(wish, load.scenario)
    limited = with_limits(policy)
    console = terminal.stdout()
    console.print(capacity_table.limits(described(limited), given=has_limits(policy)))
    plan = Search(
        start=wish.start,
        resolution=wish.resolution,
        confirmations=wish.confirmations,
        most_probes=wish.most_probes,
    )
    folder = _folder(wish.runs_dir)
    with (
        verdict.errors_mapped(policy.inconclusive),
        narrating(wish.most_probes * load.whole_time) as narrator,
    ):
        serving, revision = _serving(wish.url, load.trust, policy, folder, narrator)
        found = _found(capacity.Asked(serving, load, limited, plan, folder), revision, narrator)
    written = _write(found, revision, folder)
    console.print(capacity_table.figure(found.capacity, written))
    outcome = _outcome(wish, found, load.scenario, folder)
    if wish.keep:
        _keep(found, revision, load.scenario, folder)
    return verdict.exit_code(outcome, policy.inconclusive)


def _found(asked: capacity.Asked, revision: str | None, narrator: Narrator) -> Conditioned:
    """Search; what was found before something ended the search is written, too."""
    try:
        return capacity.find(asked, narrator)
    except capacity.CutShortError as error:
        _write(error.found, revision, asked.folder)
        raise


def _write(found: Conditioned, revision: str | None, folder: Path) -> Path:
    written = folder / "capacity.json"
    capacity_file.write(found, revision, written)
    terminal.stdout().print(capacity_table.probes(found.capacity))
    return written


def _outcome(wish: CapacityWish, found: Conditioned, scenario: str, folder: Path) -> Outcome:
    """Of the comparison; without one, whether there is a figure."""
    if wish.baseline is None:
        return Outcome.PASS if found.capacity.complete and found.capacity.rate else Outcome.INCONCLUSIVE
    path = Path(wish.baseline or capacity_file.find(scenario, capacity.environment(folder)))
    change = compare(capacity_file.load(path), found, wish.noise)
    terminal.stdout().print(capacity_table.change(change, path))
    return _OUTCOMES[change.verdict]


def _keep(found: Conditioned, revision: str | None, scenario: str, folder: Path) -> None:
    if not (found.capacity.complete and found.capacity.rate):
        raise NoFigureError("nothing is kept: no rate was confirmed; see the probes above")
    path = capacity_file.path_for(scenario, capacity.environment(folder))
    capacity_file.write(found, revision, path)
    terminal.stdout().print(f"kept in {path}")


def _check(wish: CapacityWish) -> None:
    if wish.keep and wish.baseline is not None:
        raise UserError("--keep replaces what --baseline compares with; give one of them")
    if (wish.ca or wish.insecure) and wish.url is None:
        raise UserError("--ca and --insecure are for a running service; give --url")


def _check_baseline(wish: CapacityWish, scenario: str) -> None:
    """Before minutes are spent: is there anything to compare with?"""
    if wish.baseline:
        capacity_file.load(Path(wish.baseline))
    elif wish.baseline is not None and not any((capacity_file.ROOT / scenario).glob("*.json")):
        raise BaselineMissingError(
            f"{capacity_file.ROOT / scenario}: no capacity; store one with mario-perf capacity --keep"
        )


def _load(wish: CapacityWish, policy: Policy) -> Load:
    sent = locustfile(policy.load, wish.policy or policy_file.DEFAULT_PATH)
    return Load(
        users=wish.users,
        seed=policy.load.seed,
        scenario=wish.scenario or policy.load.scenario or sent.stem,
        warm_up=WARM_UP,
        window=wish.window,
        think="0",
        quiet=QUIET,
        settle=0.0,
        locustfile=sent,
        rate=wish.start,
        arrivals=wish.arrivals or policy.load.arrivals,
        trust=Trust(wish.ca, wish.insecure),
    )


def _serving(
    url: str | None, trust: Trust, policy: Policy, folder: Path, narrator: Narrator
) -> tuple[Serving, str | None]:
    """How the probes get their service, and its revision where that is known."""
    if url is not None:
        metrics = policy.service.metrics if policy.service else "/metrics"
        return capacity.given(reached(url, metrics, trust)), None
    tree = git.working_tree()
    build = Build("candidate", tree, startable(policy), free_port())
    prepare(build, folder, narrator)
    return capacity.fresh(build), tree.revision


def _folder(runs_dir: Path) -> Path:
    folder = runs_dir / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}-capacity"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise UserError(f"{folder}: cannot be made ({error.strerror}); give another --runs-dir") from error
    return folder


class NoFigureError(UserError):
    """The search found no capacity that could be kept."""

    exit_code = 4
