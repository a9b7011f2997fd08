"""Searches for the capacity from start to end: from what was asked for to an outcome."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf.baselines import stored_baselines
from mario_perf.builds import origin
from mario_perf.builds.build import Build, metrics_path
from mario_perf.builds.nesting import alone
from mario_perf.builds.preparation import prepared
from mario_perf.capacity import capacity_file
from mario_perf.capacity.capacity_change import compare
from mario_perf.capacity.capacity_limits import described, has_limits, with_limits
from mario_perf.capacity.rate_search import Search
from mario_perf.errors import BaselineMissingError, NotKeptError, UserError
from mario_perf.gate import capacity_probe, gate_folder, sides
from mario_perf.gate.candidate import played
from mario_perf.gate.certificates import Trust
from mario_perf.gate.gate_session import reached
from mario_perf.gate.load_plan import BACK_TO_BACK, LoadRequest, plan_load
from mario_perf.judgement import verdict
from mario_perf.model import Verdict
from mario_perf.reports import capacity_table, terminal_report
from mario_perf.reports.progress import narrating

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.builds.origin import Origin
    from mario_perf.capacity.capacity_change import Conditioned
    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.load_process import Load
    from mario_perf.gate.sides import Serving
    from mario_perf.model import Outcome
    from mario_perf.reports.progress import Narrator
    from mario_perf.run_record import Environment


@dataclass(frozen=True, slots=True)
class CapacityWish:
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
    policy: Path | None
    runs_dir: Path

    @property
    def trust(self) -> Trust:
        """Of a service by URL."""
        return Trust(self.ca, self.insecure)

    @property
    def load(self) -> LoadRequest:
        """Of every probe; its rate is the first one's."""
        return LoadRequest(
            window=self.window,
            users=self.users,
            scenario=self.scenario,
            rate=self.start,
            arrivals=self.arrivals,
            trust=self.trust,
        )


@alone()
def run(wish: CapacityWish, policy: Policy) -> Outcome:
    """Search, compare, and keep what was found.

    Raises:
        InvalidRunError: the load generator was the limit, or the service was lost.
        NotKeptError: no rate was confirmed that could be kept.
        UserError: it cannot be done as asked.
    """
    _check(wish)
    source = None if wish.url else origin.find(policy, wish.policy, demo=wish.demo)
    load = plan_load(policy, wish.policy, BACK_TO_BACK, wish.load)
    _check_baseline(wish, load.scenario)
    limited = with_limits(policy)
    console = terminal_report.stdout()
    console.print(capacity_table.limits(described(limited), given=has_limits(policy)))
    plan = Search(
        start=wish.start,
        resolution=wish.resolution,
        confirmations=wish.confirmations,
        most_probes=wish.most_probes,
    )
    folder = gate_folder.make(wish.runs_dir, "-capacity")
    with (
        narrating(wish.searches * wish.most_probes * load.whole_time) as narrator,
        _served(source, wish, policy, load, folder, narrator) as (serving, revision, sent),
    ):
        asked = capacity_probe.Asked(serving, revision, sent, limited, plan, folder)
        found = _found(asked, wish.searches, narrator)
    environment = capacity_probe.environment(_search_folder(folder, 1))
    outcome = _outcome(wish, found, policy, load.scenario, environment)
    if wish.keep:
        _keep(found, load.scenario, environment)
    return outcome


def _found(asked: capacity_probe.Asked, searches: int, narrator: Narrator) -> Sequence[Conditioned]:
    """Search so often; what was found before something ended a search is written, too."""
    found: list[Conditioned] = []
    for number in range(1, searches + 1):
        if searches > 1:
            narrator.say(f"search {number} of {searches}")
        try:
            found.append(capacity_probe.find(_search(asked, number), narrator))
        except capacity_probe.CutShortError as error:
            _write([*found, error.found], asked.folder)
            raise error.reason from error
        written = _write(found, asked.folder)
        terminal_report.stdout().print(capacity_table.figure(found[-1].capacity, written))
    return found


def _search(asked: capacity_probe.Asked, number: int) -> capacity_probe.Asked:
    """Each search of a run draws arrivals of its own: with the same ones it would be half a repetition."""
    load = replace(asked.load, seed=asked.load.seed + (number - 1) * asked.plan.most_probes)
    folder = _search_folder(asked.folder, number)
    folder.mkdir()
    return replace(asked, load=load, folder=folder)


def _search_folder(folder: Path, number: int) -> Path:
    return folder / f"search-{number}"


def _write(found: Sequence[Conditioned], folder: Path) -> Path:
    written = folder / "capacity.json"
    capacity_file.write(found, written)
    terminal_report.stdout().print(capacity_table.probes(found[-1].capacity))
    return written


def _outcome(
    wish: CapacityWish,
    found: Sequence[Conditioned],
    policy: Policy,
    scenario: str,
    environment: Environment,
) -> Outcome:
    """Of the comparison; without one, whether there is a figure."""
    if wish.baseline is None:
        confirmed = all(each.capacity.confirmed for each in found)
        return verdict.outcome((Verdict.UNCHANGED if confirmed else Verdict.INCONCLUSIVE,))
    path = Path(wish.baseline or capacity_file.find(scenario, environment))
    change = compare(capacity_file.load(path), found, wish.noise, policy.false_alarm_rate)
    terminal_report.stdout().print(capacity_table.change(change, path))
    return verdict.outcome((change.verdict,))


def _keep(found: Sequence[Conditioned], scenario: str, environment: Environment) -> None:
    fit = [each for each in found if each.capacity.confirmed]
    if not fit:
        raise NotKeptError("nothing is stored: no rate was confirmed; see the probes above")
    path = capacity_file.path_for(scenario, environment)
    terminal_report.stdout().print(
        f"stored in {path}, with {len(capacity_file.keep(fit, path))} searches in all"
    )


def _check(wish: CapacityWish) -> None:
    if wish.keep and wish.baseline is not None:
        raise UserError("--keep would add to the baseline that --baseline compares with; give one of them")
    if wish.demo and wish.url is not None:
        raise UserError("--demo and --url exclude each other; give one of them")
    if (wish.ca or wish.insecure) and wish.url is None:
        raise UserError("--ca and --insecure are for a running service; give --url")


def _check_baseline(wish: CapacityWish, scenario: str) -> None:
    """Before minutes are spent: is there anything to compare with, and can it be read, or added to?"""
    if wish.baseline:
        capacity_file.load(Path(wish.baseline))
        return
    stored = (
        stored_baselines.of(scenario, capacity_file.ROOT) if wish.keep or wish.baseline is not None else ()
    )
    for path in stored:
        capacity_file.load(path)
    if wish.baseline is not None and not stored:
        raise BaselineMissingError(
            f"{capacity_file.ROOT / scenario}: no stored capacity; store one with mario-perf capacity --keep"
        )


@contextmanager
def _served(
    source: Origin | None, wish: CapacityWish, policy: Policy, load: Load, folder: Path, narrator: Narrator
) -> Iterator[tuple[Serving, str | None, Load]]:
    """How the probes get their service, its revision where that is known, and what they send."""
    if source is None:
        assert wish.url is not None  # noqa: S101 - what is not started runs somewhere
        narrator.say(f"measuring the running service at {wish.url}")
        yield sides.given(reached(wish.url, metrics_path(policy), wish.trust)), None, load
        return
    narrator.say(f"measuring {source}")
    with played(source, load, wish.runs_dir) as (taken, sent):
        build = Build("candidate", taken.checkout, taken.service)
        with prepared(build, folder, narrator) as ready:
            yield sides.fresh(ready), taken.checkout.revision, sent
