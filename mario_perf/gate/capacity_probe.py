"""The search for a service's capacity: each probe one run of Locust with an open model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.capacity import capacity_file
from mario_perf.capacity.capacity_change import Conditioned
from mario_perf.capacity.capacity_limits import broken, by_generator, described, kept_up
from mario_perf.capacity.rate_search import Capacity, Probe, Search, search
from mario_perf.errors import EmptyRunError, InvalidRunError, UserError
from mario_perf.figures import seconds
from mario_perf.gate.load_process import Load, SideDiedError, run
from mario_perf.measurement.measured_run import measure_run
from mario_perf.reports.capacity_table import rate as shown
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.sides import Serving
    from mario_perf.reports.progress import Narrator
    from mario_perf.run_record import Environment
    from mario_perf.runs import Run

FEWEST_JOURNEYS = 20
"""Journeys that a probe waits for at least, however long it takes: with fewer a rate is not a rate."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything a search needs; ``load`` is a probe's but for its rate.

    ``revision`` is the service's, None where it is not known.
    """

    serving: Serving
    revision: str | None
    load: Load
    policy: Policy
    plan: Search
    folder: Path


class GeneratorLimitError(InvalidRunError):
    """The load generator, not the service, was the limit."""


class _LateLoadError(Exception):
    """What a probe found may be the load generator's doing."""


class ServiceLostError(InvalidRunError):
    """A service that was not started here does not answer any more: nothing further can be probed."""


class CutShortError(Exception):
    """The ``reason`` ended the search. What was ``found`` before is not lost."""

    def __init__(self, reason: UserError, found: Conditioned) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.found = found


def find(asked: Asked, narrator: Narrator) -> Conditioned:
    """Search, and say under what conditions.

    Raises:
        CutShortError: the service or Locust could not be started, the service was lost, or the load generator
            was the limit, after something was found.
        UserError: the same, before.
    """
    capacity, reason = _searched(asked, narrator)
    if reason is not None and not capacity.probes:
        raise reason
    load = {
        "scenario": asked.load.scenario,
        "arrivals": asked.load.arrivals,
        "limits": described(asked.policy),
        "users": str(asked.load.users),
        "probe": seconds(asked.load.window),
    }
    found = Conditioned(capacity, capacity_file.conditions(environment(asked.folder), load), asked.revision)
    if reason is not None:
        raise CutShortError(reason, found) from reason
    return found


def environment(folder: Path) -> Environment:
    """Where the probes ran.

    Raises:
        UserError: no probe left a record.
    """
    records = sorted(folder.glob("probe-*/run.json"))
    if not records:
        raise ServiceLostError(f"the service ended in every probe; its output is in {folder}")
    return runs.load(records[0]).record.environment


def at(load: Load, rate: float, number: int) -> Load:
    """The load of a probe: as long as was asked for, longer where too few journeys would arrive.

    Every probe draws arrivals of its own: confirmed by the same ones, a rate would prove nothing more.
    """
    window = max(load.window, FEWEST_JOURNEYS / rate)
    return replace(load, rate=rate, window=window, seed=load.seed + number - 1)


def _searched(asked: Asked, narrator: Narrator) -> tuple[Capacity, UserError | None]:
    """What was found, and what ended the search before its time, if anything did."""
    searching = search(asked.plan)
    rate = next(searching)
    probes: list[Probe] = []
    while True:
        narrator.say(_progress(rate, probes, asked.plan.most_probes))
        try:
            probes.append(_probe(asked, rate, len(probes) + 1, narrator))
            rate = searching.send(probes[-1])
        except StopIteration as ended:
            return ended.value, None
        except _LateLoadError as late:
            found = _stopped(searching)
            return found, GeneratorLimitError(_generator_limit(rate, found, late))
        except UserError as error:
            return _stopped(searching), error


def _stopped(searching: Generator[float, Probe | None, Capacity]) -> Capacity:
    try:
        searching.send(None)
    except StopIteration as ended:
        found: Capacity = ended.value
        return found
    raise AssertionError("a search that is stopped ends")


def _progress(rate: float, probes: list[Probe], most: int) -> str:
    before = f" ({_outcome(probes[-1])})" if probes else ""
    return f"probe {len(probes) + 1}, at most {most}: {shown(rate)} journeys/s{before}"


def _outcome(probe: Probe) -> str:
    return f"{shown(probe.rate)} {'held' if probe.held else f'failed: {probe.reasons[0]}'}"


def _generator_limit(rate: float, found: Capacity, late: Exception) -> str:
    known = "no rate is known to hold" if found.rate is None else f"the service held {shown(found.rate)}"
    return (
        f"at {shown(rate)} journeys/s the load generator itself was too slow, twice ({late}), so this is not "
        f"the service's capacity; {known}; use a faster or calmer machine for the load"
    )


def _probe(asked: Asked, rate: float, number: int, narrator: Narrator) -> Probe:
    """One run; repeated once if the load generator did not keep up, since a disturbance may be the cause.

    Raises:
        _LateLoadError: it did not keep up again.
    """
    try:
        return _attempt(asked, rate, number, asked.folder / f"probe-{number}", narrator)
    except _LateLoadError:
        return _attempt(asked, rate, number, asked.folder / f"probe-{number}-again", narrator)


def _attempt(asked: Asked, rate: float, number: int, folder: Path, narrator: Narrator) -> Probe:
    with asked.serving(number, folder) as services:
        try:
            done = run(at(asked.load, rate, number), services, folder, narrator.tick)
        except SideDiedError as died:
            if not services.processes:
                raise ServiceLostError(f"at {shown(rate)} journeys/s: {died}; start it again") from died
            return Probe(rate, held=False, reasons=(str(died),))
    return Probe(rate, held=not (reasons := _broken(done, asked.policy)), reasons=reasons)


def _broken(done: Run, policy: Policy) -> tuple[str, ...]:
    try:
        seen = measure_run(done, open_source(policy.metrics)(done))
    except EmptyRunError as empty:
        if not kept_up(done.record):
            raise _late_load(done) from empty
        return ("no request could begin: all users still waited for an answer from the warm-up",)
    reasons = broken(seen, policy)
    if reasons and by_generator(seen, policy):
        raise _late_load(done)
    return reasons


def _late_load(done: Run) -> _LateLoadError:
    generator, arrivals = done.record.generator, done.record.arrivals
    late = max(generator.loop_lag_p99, arrivals.late_p99 if arrivals else 0.0)
    return _LateLoadError(f"{generator.cpu_utilisation:.0%} of its core, {seconds(late)} late at p99")
