"""The search for a service's capacity: each probe one run of Locust with an open model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.capacity import capacity_file
from mario_perf.capacity.capacity_change import SearchResult
from mario_perf.capacity.capacity_limits import (
    broken_limits,
    describe,
    generator_kept_up,
    generator_lateness,
    may_be_generator,
)
from mario_perf.capacity.rate_search import Capacity, Probe, Search, search
from mario_perf.errors import EmptyRunError, InvalidRunError, UserError
from mario_perf.figures import seconds
from mario_perf.gate.load_process import LoadPlan, SideDiedError, run_locust
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

MIN_JOURNEYS = 20
"""Journeys that a probe waits for at least, however long it takes: with fewer a rate is not a rate."""


@dataclass(frozen=True, slots=True)
class SearchSetup:
    """The parts of a search; ``load`` is a probe's except for its rate.

    ``revision`` is the service's, None where it is not known.
    """

    serving: Serving
    revision: str | None
    load: LoadPlan
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
    """The search ended early for this ``reason``, with the ``result`` so far."""

    def __init__(self, reason: UserError, result: SearchResult) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.result = result


def find_capacity(setup: SearchSetup, narrator: Narrator) -> SearchResult:
    """Search, and say under what conditions.

    Raises:
        CutShortError: the service or Locust could not be started, the service was lost, or the load generator
            was the limit, after something was found.
        UserError: the same, before.
    """
    capacity, reason = _search(setup, narrator)
    if reason is not None and not capacity.probes:
        raise reason
    load = {
        "scenario": setup.load.scenario,
        "arrivals": setup.load.arrivals,
        "limits": describe(setup.policy),
        "users": str(setup.load.users),
        "probe": seconds(setup.load.window),
    }
    result = SearchResult(capacity, capacity_file.conditions(environment(setup.folder), load), setup.revision)
    if reason is not None:
        raise CutShortError(reason, result) from reason
    return result


def environment(folder: Path) -> Environment:
    """Where the probes ran.

    Raises:
        UserError: no probe left a record.
    """
    records = sorted(folder.glob("probe-*/run.json"))
    if not records:
        raise ServiceLostError(f"the service ended in every probe; its output is in {folder}")
    return runs.load(records[0]).record.environment


def load_at(load: LoadPlan, rate: float, number: int) -> LoadPlan:
    """The load of a probe: as long as was asked for, longer where too few journeys would arrive.

    Every probe draws arrivals of its own: confirmed by the same ones, a rate would prove nothing more.
    """
    window = max(load.window, MIN_JOURNEYS / rate)
    return replace(load, rate=rate, window=window, seed=load.seed + number - 1)


def _search(setup: SearchSetup, narrator: Narrator) -> tuple[Capacity, UserError | None]:
    """What was found, and what ended the search before its time, if anything did."""
    candidates = search(setup.plan)
    rate = next(candidates)
    probes: list[Probe] = []
    while True:
        narrator.say(_progress(rate, probes, setup.plan.most_probes))
        try:
            probes.append(_probe(setup, rate, len(probes) + 1, narrator))
            rate = candidates.send(probes[-1])
        except StopIteration as ended:
            return ended.value, None
        except _LateLoadError as error:
            capacity = _stop(candidates)
            return capacity, GeneratorLimitError(_generator_limit(rate, capacity, error))
        except UserError as error:
            return _stop(candidates), error


def _stop(candidates: Generator[float, Probe | None, Capacity]) -> Capacity:
    try:
        candidates.send(None)
    except StopIteration as ended:
        capacity: Capacity = ended.value
        return capacity
    raise AssertionError("a search that is stopped ends")


def _progress(rate: float, probes: list[Probe], max_probes: int) -> str:
    last_outcome = f" ({_outcome(probes[-1])})" if probes else ""
    return f"probe {len(probes) + 1}, at most {max_probes}: {shown(rate)} journeys/s{last_outcome}"


def _outcome(probe: Probe) -> str:
    return f"{shown(probe.rate)} {'held' if probe.held else f'failed: {probe.reasons[0]}'}"


def _generator_limit(rate: float, capacity: Capacity, error: Exception) -> str:
    known = "no rate is known to hold"
    if capacity.rate is not None:
        known = f"the service held {shown(capacity.rate)}"
    return (
        f"at {shown(rate)} journeys/s the load generator itself was too slow, twice ({error}), so this is "
        f"not the service's capacity; {known}; use a faster or calmer machine for the load"
    )


def _probe(setup: SearchSetup, rate: float, number: int, narrator: Narrator) -> Probe:
    """One run; repeated once if the load generator did not keep up, since a disturbance may be the cause.

    Raises:
        _LateLoadError: it did not keep up again.
    """
    try:
        return _attempt(setup, rate, number, setup.folder / f"probe-{number}", narrator)
    except _LateLoadError:
        return _attempt(setup, rate, number, setup.folder / f"probe-{number}-again", narrator)


def _attempt(setup: SearchSetup, rate: float, number: int, folder: Path, narrator: Narrator) -> Probe:
    with setup.serving(number, folder) as services:
        try:
            run = run_locust(load_at(setup.load, rate, number), services, folder, narrator.tick)
        except SideDiedError as error:
            if not services.processes:
                raise ServiceLostError(f"at {shown(rate)} journeys/s: {error}; start it again") from error
            return Probe(rate, held=False, reasons=(str(error),))
    return Probe(rate, held=not (reasons := _broken_limits(run, setup.policy)), reasons=reasons)


def _broken_limits(run: Run, policy: Policy) -> tuple[str, ...]:
    try:
        measured = measure_run(run, open_source(policy)(run))
    except EmptyRunError as error:
        if not generator_kept_up(run.record):
            raise _LateLoadError(generator_lateness(run.record)) from error
        return ("no request could begin: all users still waited for an answer from the warm-up",)
    reasons = broken_limits(measured, policy)
    if reasons and may_be_generator(measured, policy):
        raise _LateLoadError(generator_lateness(run.record))
    return reasons
