"""The table: runs of each build, judged against kept runs of other moments."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from benchmarks.stored.judges import JUDGES, OPEN, RED, distances
from benchmarks.stored.records import UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.stored.judges import Judge
    from benchmarks.stored.records import Played
    from mario_perf.model import RunMeasurement

KEPT = 5
DRAWS = 10
"""Sets of kept runs that each run is judged against, unless said otherwise."""

CLOSE = 0.10


def table(played: Sequence[Played], draws: int = DRAWS) -> str:
    """As Markdown; says what is missing where there are too few runs.

    Each run is judged against ``draws`` sets of kept runs.
    """
    lines: list[str] = []
    for service in dict.fromkeys(each.service for each in played):
        of_service = [each for each in played if each.service == service]
        lines += [*_of_service(service, of_service, draws), ""]
    return "\n".join(lines)


def _of_service(service: str, played: Sequence[Played], draws: int) -> Iterator[str]:
    runs = [(each.build, each.run) for each in played]
    unchanged = [run for build, run in runs if build == UNCHANGED]
    yield f"**{service}**: {len(played)} runs, {len(unchanged)} of the unchanged build"
    yield ""
    if len(unchanged) <= KEPT:
        yield f"{KEPT + 1} runs of the unchanged build are needed; play more."
        return
    yield _distance_line(unchanged)
    yield ""
    yield "| way | build | red | undecided | comparisons |"
    yield "|---|---|---|---|---|"
    for way, judge in JUDGES.items():
        for build in dict.fromkeys(build for build, _ in runs):
            seen = _seen([run for one, run in runs if one == build], unchanged, judge, draws)
            total = sum(seen.values())
            yield f"| {way} | {build} | {seen[RED] / total:.1%} | {seen[OPEN] / total:.1%} | {total} |"


def _distance_line(unchanged: Sequence[RunMeasurement]) -> str:
    raw = distances(unchanged, beside_reference=False).values()
    rest = distances(unchanged, beside_reference=True).values()
    close = sum(each <= CLOSE for each in rest)
    return (
        f"Any two unchanged runs lie {min(raw):.2f} to {max(raw):.2f} apart (95th percentile of the absolute "
        f"log ratio, by operation); less the reference {min(rest):.2f} to {max(rest):.2f}, of "
        f"{close} of {len(rest)} operations at most {CLOSE:.2f}."
    )


def _seen(
    runs: Sequence[RunMeasurement], unchanged: Sequence[RunMeasurement], judge: Judge, draws: int
) -> Counter[str]:
    draw = Random(1)  # noqa: S311 - the same sets of kept runs each time
    seen: Counter[str] = Counter()
    for run in runs:
        others = [each for each in unchanged if each.window != run.window]
        for _ in range(draws):
            kept = sorted(draw.sample(others, KEPT), key=lambda each: each.window.start)
            seen[judge(kept, run)] += 1
    return seen
