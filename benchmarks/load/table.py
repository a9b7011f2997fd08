"""The tables of docs/benchmarks.md. Conclusions are ratios within a turn; absolute figures say little."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from benchmarks.load.records import Reading, Run

QUANTILES = ("p50", "p95", "p99")


def race(
    runs: Sequence[Run], references: Sequence[str], limits: Collection[str], missing: Sequence[str] = ()
) -> str:
    """Requests a second of one core, CPU a request, and multiples of the references.

    Of what they send in a second; on a server that ``limits`` them, of what they send with a second of CPU.
    """
    heads = "".join(f"| x {name.rpartition(', ')[2]} " for name in references)
    lines = [
        f"| asked | generator | requests/s, median | slowest to fastest turn | CPU a request {heads}|",
        "|---|---|---|---|---|" + "---|" * len(references),
    ]
    for server, generator in dict.fromkeys((each.server, each.generator) for each in runs):
        there = [each for each in runs if each.server == server]
        own = [each for each in there if each.generator == generator]
        ratios = " | ".join(_ratio(own, there, name, by_cpu=server in limits) for name in references)
        lines.append(f"| {server} | {generator} | {_figures(own)} | {ratios} |")
    return "\n".join(lines + [_absent(name, 2 + len(references)) for name in missing])


def users(runs: Sequence[Run]) -> str:
    """What more users cost."""
    lines = [
        "| generator | users | memory | more a 1,000 users | CPU a request |",
        "|---|---|---|---|---|",
    ]
    for generator in dict.fromkeys(each.generator for each in runs):
        own = [each for each in runs if each.generator == generator]
        memory = {crowd: _memory(own, crowd) for crowd in sorted({each.users for each in own})}
        least = min(memory)
        for crowd, used in memory.items():
            growth = f"{(used - memory[least]) / (crowd - least) * 1000:.1f} MB" if crowd > least else ""
            cost = _spread([each.cost * 1e6 for each in own if each.users == crowd], ".0f")
            lines.append(f"| {generator} | {crowd:,} | {used:.0f} MB | {growth} | {cost} µs |")
    return "\n".join(lines)


def accuracy(readings: Sequence[Reading], loads: Sequence[str], missing: Sequence[str] = ()) -> str:
    """How far what is said lies from the truth: medians over turns, and from which to which turn.

    Of turns that the generator itself calls invalid only their number, unless there are no others.
    """
    lines = [
        "| load | generator | connections | requests/s | p50 | p95 | p99 |",
        "|---|---|---|---|---|---|---|",
    ]
    for load in loads:
        at_it = [each for each in readings if each.load == load]
        for generator, crowd in dict.fromkeys((each.generator, each.connections) for each in at_it):
            own = [each for each in at_it if (each.generator, each.connections) == (generator, crowd)]
            valid = [each for each in own if not each.invalid]
            rate = median(each.rate for each in valid or own)
            errors = " | ".join(_error(valid or own, name) for name in QUANTILES)
            lines.append(f"| {load} | {generator}{_doubt(own, valid)} | {crowd} | {rate:,.0f} | {errors} |")
    return "\n".join(lines + [_absent(name, 4) for name in missing])


def _figures(runs: Sequence[Run]) -> str:
    rates = [each.rate for each in runs]
    cost = median(each.cost for each in runs) * 1e6
    return f"{median(rates):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} | {cost:.0f} µs"


def _ratio(own: Sequence[Run], there: Sequence[Run], reference: str, *, by_cpu: bool) -> str:
    """Median over turns, each against the reference in the same turn."""
    beside = {each.turn: each for each in there if each.generator == reference}
    pairs = [(each, beside[each.turn]) for each in own if each.turn in beside]
    ratios = [other.cost / each.cost if by_cpu else each.rate / other.rate for each, other in pairs]
    return _spread(ratios, ".2f") if ratios else ""


def _spread(values: Sequence[float], form: str) -> str:
    """The median, and of several the least and the greatest."""
    middle = format(median(values), form)
    return f"{middle} ({min(values):{form}}-{max(values):{form}})" if len(values) > 1 else middle


def _memory(runs: Sequence[Run], crowd: int) -> float:
    return median(each.memory for each in runs if each.users == crowd) / 1e6


def _error(readings: Sequence[Reading], quantile: str) -> str:
    errors = [each.errors[quantile] * 100 for each in readings if quantile in each.errors]
    if not errors:
        return "not said"
    spread = f" ({min(errors):+.1f} to {max(errors):+.1f})" if len(errors) > 1 else ""
    return f"{median(errors):+.1f} %{spread}"


def _doubt(own: Sequence[Reading], valid: Sequence[Reading]) -> str:
    invalid = len(own) - len(valid)
    return f" (by its own word {invalid} of {len(own)} runs invalid)" if invalid else ""


def _absent(name: str, empty: int) -> str:
    return f"| | {name} | not installed |{' |' * empty}"
