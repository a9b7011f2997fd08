"""Two builds at one rate, in turns, until it is known whose capacity is lower."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Final

from mario_perf.capacity import ratio_search
from mario_perf.capacity.capacity_limits import generator_lateness, generator_offered_all
from mario_perf.capacity.capacity_ratio import KEEPS_UP, Block, BlockCost, Served
from mario_perf.errors import InvalidRunError
from mario_perf.gate import offered_rate
from mario_perf.gate.load_process import RUN_OVERHEAD, OutOfTimeError, SideDiedError, play_load, start_locust
from mario_perf.reports.capacity_table import rate as rate_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mario_perf.capacity.ratio_search import RatioChange, RatioRule
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.gate.sides import Serving
    from mario_perf.reports.progress import Narrator
    from mario_perf.run_record import RunRecord, Side

    Play = Callable[["RatioSetup", float, int, Narrator], Block]

TURN: Final = 0.75
"""Seconds for which journeys arrive at one build before the other."""

WINDOW: Final = 6.0
"""Seconds of turns in a block, both builds together."""

WARM_UP: Final = 0.8
"""Seconds, half of them for each build."""

MIN_JOURNEYS: Final = 40
"""Journeys of a turn, at least: the turns of a slow service are longer."""

LONGEST_ANSWER: Final = 10.0
"""Seconds after which a request failed: a build that hangs must not hold up its turns."""

TIMEOUTS: Final = 12
"""Longest answers that fit into the time: a block of a build that hangs has some."""


@dataclass(frozen=True, slots=True)
class RatioSetup:
    """What is played: both sides, and the ``baseline`` by itself. ``max_duration`` in seconds, of all."""

    serving: Serving
    baseline: Serving
    load: LoadPlan
    rule: RatioRule
    folder: Path
    max_duration: float


class LateBlockError(Exception):
    """The load generator, not the builds, may have been the limit."""


def find_change(setup: RatioSetup, narrator: Narrator) -> RatioChange:
    """Find about what the baseline carries, then play blocks.

    Raises:
        InvalidRunError: a side died, nothing was measured in time, or the load generator was the limit.
        UserError: a build or Locust cannot be started.
    """
    start = time.monotonic()
    narrator.say("finding about how much the baseline carries")
    load = _bounded(setup.load, setup.max_duration, start)
    guess = offered_rate.find(load, 1.0, setup.baseline, setup.folder / "baseline", narrator.tick)
    load = _turns(load, guess)
    remaining = setup.max_duration - (time.monotonic() - start)
    return play(replace(setup, load=load, max_duration=remaining), guess, narrator)


def play(
    setup: RatioSetup,
    guess: float,
    narrator: Narrator,
    play_one: Play | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> RatioChange:
    """Play blocks until the ratio is known, or no further one fits into the time.

    Raises:
        InvalidRunError: a side died, or the load generator was the limit.
        UserError: a build or Locust cannot be started.
    """
    start, load, longest = clock(), setup.load, 0.0
    cost = BlockCost(RUN_OVERHEAD + load.warm_up + load.quiet, load.window / 2)
    search = ratio_search.search(setup.rule, guess, cost)
    rate, number = next(search), 1
    while True:
        begun, block = clock(), None
        if number == 1 or begun - start + longest <= setup.max_duration:
            with suppress(OutOfTimeError):
                block = _try_twice(setup, rate, number, narrator, play_one or play_block)
        longest = max(longest, clock() - begun)
        try:
            rate = search.send(block)
        except StopIteration as ended:
            change: RatioChange = ended.value
            return change
        number += 1


def _try_twice(setup: RatioSetup, rate: float, number: int, narrator: Narrator, play_one: Play) -> Block:
    """A block; repeated once where the load generator was late, since a disturbance may be the cause."""
    narrator.say(f"block {number}: both builds at {rate_text(rate)} journeys/s, in turns")
    try:
        return play_one(setup, rate, 2 * number - 1, narrator)
    except LateBlockError:
        pass
    try:
        return play_one(setup, rate, 2 * number, narrator)
    except LateBlockError as error:
        raise InvalidRunError(
            f"at {rate_text(rate)} journeys/s the load generator itself was too slow, twice ({error}), so "
            "this says nothing of the builds; use a faster or calmer machine for the load"
        ) from error


def play_block(setup: RatioSetup, rate: float, number: int, narrator: Narrator) -> Block:
    """Start both builds anew and let them take turns at this rate.

    Raises:
        LateBlockError: the load generator did not keep up.
        OutOfTimeError: the time was over before all turns were.
        InvalidRunError: a side died, or the baseline did nothing with success.
        UserError: a build or Locust cannot be started.
    """
    folder, load = setup.folder / f"block-{number}", _at_rate(setup.load, rate, number)
    with start_locust(load, folder) as locust, setup.serving(load.seed, folder) as services:
        try:
            record = play_load(locust, load, services, folder, narrator.tick).record
        except SideDiedError as error:
            raise InvalidRunError(f"at {rate_text(rate)} journeys/s {error}") from error
    if time.monotonic() > load.deadline:
        raise OutOfTimeError(f"the time was over in the turns at {rate_text(rate)} journeys/s")
    if not generator_offered_all(record):
        raise LateBlockError(generator_lateness(record))
    return read_block(record, rate)


def read_block(record: RunRecord, rate: float) -> Block:
    """What both builds did in their turns.

    Raises:
        InvalidRunError: the baseline did nothing with success.
    """
    baseline = _served(record, "baseline")
    if not baseline.rate > 0:
        raise InvalidRunError(
            f"at {rate_text(rate)} journeys/s every request to the baseline failed, so there is nothing to "
            "compare with; see its log, and correct the service or the load"
        )
    return Block(rate, baseline, _served(record, "candidate"))


def _served(record: RunRecord, side: Side) -> Served:
    """By the median turn: a build whose turn other work held up is not slower for it."""
    alternation = record.alternation
    assert alternation is not None  # noqa: S101 - builds took turns
    turns = [turn for turn in alternation.played if turn.side == side]
    rate = median(turn.journeys / turn.seconds for turn in turns)
    kept_up = median(turn.seconds for turn in turns) <= KEEPS_UP * alternation.seconds
    succeeded = 1.0 - _failures(record, side)
    return Served(rate * succeeded, kept_up and succeeded >= 1 / KEEPS_UP)


def _failures(record: RunRecord, side: Side) -> float:
    """Share of a side's requests that failed."""
    steps = [step for target in record.targets if target.side == side for step in target.in_window]
    return sum(step.failed for step in steps) / max(sum(step.started for step in steps), 1)


def _bounded(load: LoadPlan, max_duration: float, start: float) -> LoadPlan:
    """The load of all that is played from ``start`` on, by the monotonic clock."""
    longest = min(LONGEST_ANSWER, max_duration / TIMEOUTS)
    return replace(load, request_timeout=longest, deadline=start + max_duration)


def _turns(load: LoadPlan, guess: float) -> LoadPlan:
    """The load of all blocks, by about how much the baseline carries."""
    turn = max(TURN, MIN_JOURNEYS / guess)
    return replace(load, alternate=turn, warm_up=WARM_UP, window=max(load.window, 4 * turn))


def _at_rate(load: LoadPlan, rate: float, number: int) -> LoadPlan:
    """Each block draws journeys of its own."""
    assert load.alternate is not None  # noqa: S101 - builds take turns
    users = 2 * offered_rate.users_in_turns(rate, load.alternate)
    return replace(load, rate=rate, users=users, seed=load.seed + number - 1)
