"""The table: runs of each build, judged against kept runs of other moments."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from benchmarks.stored.judges import JUDGES, distances
from benchmarks.stored.records import SLOWED, UNCHANGED
from mario_perf.errors import counted
from mario_perf.validity.environments import is_busy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.stored.judges import Answer, Judge
    from benchmarks.stored.records import Played
    from mario_perf.model import RunMeasurement

KEPT = 5
DRAWS = 10
"""Sets of kept runs that each run is judged against, unless said otherwise."""

CLOSE = 0.10


def table(played: Sequence[Played], draws: int = DRAWS, load: str = "") -> str:
    """As Markdown; says what is missing where there are too few runs. ``load`` names an unusual one.

    Each run is judged against ``draws`` sets of kept runs: a calm one against calm ones, and one beside other
    work against those of any moment.
    """
    lines: list[str] = []
    for service in dict.fromkeys(each.service for each in played):
        of_service = [each for each in played if each.service == service]
        calm = [each for each in of_service if not each.busy]
        for title, now, pool in (
            ("calm", calm, calm),
            ("beside other work", [each for each in of_service if each.busy], of_service),
        ):
            if now:
                lines += [*_of_moments(f"{service}{load}, {title}", now, pool, draws), ""]
    return "\n".join(lines)


def _of_moments(title: str, now: Sequence[Played], pool: Sequence[Played], draws: int) -> Iterator[str]:
    kept = [each.run for each in pool if each.build == UNCHANGED]
    yield f"**{title}**: {counted(len(now), 'run')}, each against {KEPT} of {len(kept)} unchanged ones"
    yield ""
    if len(kept) <= KEPT:
        yield f"{KEPT + 1} runs of the unchanged build are needed; play more."
        return
    yield from _about(now, kept)
    yield ""
    yield "| way | build | found | wrongly red | undecided | runs | comparisons |"
    yield "|---|---|---|---|---|---|---|"
    runs = [(each.build, each.run) for each in now]
    for way, judge in JUDGES.items():
        for build in dict.fromkeys(build for build, _ in runs):
            of_build = [run for one, run in runs if one == build]
            answers = list(_answers(of_build, kept, judge, draws))
            yield f"| {way} | {build} | {shares(build, answers)} | {len(of_build)} | {len(answers)} |"


def _about(now: Sequence[Played], kept: Sequence[RunMeasurement]) -> Iterator[str]:
    raw = distances(kept, beside_reference=False).values()
    rest = distances(kept, beside_reference=True).values()
    close = sum(each <= CLOSE for each in rest)
    yield (
        f"Any two unchanged runs lie {min(raw):.2f} to {max(raw):.2f} apart (95th percentile of the absolute "
        f"log ratio, by operation); less the reference {min(rest):.2f} to {max(rest):.2f}, of "
        f"{close} of {len(rest)} operations at most {CLOSE:.2f}."
    )
    machines = [each.run.environment for each in now]
    busy = sum(is_busy(each.load_average[0], each.cores) for each in machines)
    yield (
        f"Before {busy} of {len(now)} runs the load average was above the cores: a gate leaves those "
        "undecided, here they are judged."
    )


def shares(build: str, answers: Sequence[Answer]) -> str:
    """A red of an operation that was not slowed is wrong; where all were, none is."""
    slowed, seen = SLOWED[build], Counter[str]()
    for each in answers:
        wrong = bool(each.red - slowed) if slowed is not None else False
        seen["wrong"] += wrong
        seen["found"] += bool(each.red) and not wrong
        seen["open"] += each.undecided and not each.red
    found = f"{seen['found'] / len(answers):.0%}" if slowed or slowed is None else ""
    return f"{found} | {seen['wrong'] / len(answers):.1%} | {seen['open'] / len(answers):.0%}"


def _answers(
    runs: Sequence[RunMeasurement], unchanged: Sequence[RunMeasurement], judge: Judge, draws: int
) -> Iterator[Answer]:
    draw = Random(1)  # noqa: S311 - the same sets of kept runs each time
    for run in runs:
        others = [each for each in unchanged if each.window != run.window]
        for _ in range(draws):
            kept = sorted(draw.sample(others, KEPT), key=lambda each: each.window.start)
            yield judge(kept, run)
