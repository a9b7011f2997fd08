"""hey, wrk, ab and autocannon."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.load.asking import Asked, Done, children_cpu, pinned

if TYPE_CHECKING:
    from collections.abc import Sequence

PERCENTILES = Path(__file__).parent / "percentiles.lua"
ENDLESS = "100000000"


def hey(asked: Asked) -> Done:
    """One operating-system thread for Go's scheduler. Its rate is each connection's own."""
    rate = ("-q", f"{asked.rate / asked.connections:.4f}") if asked.rate else ()
    common = ("-z", f"{asked.seconds}s", "-c", str(asked.connections), "-cpus", "1")
    text, cpu = _run(["hey", *common, *rate, asked.url], asked)
    return Done(_rate(text) * asked.seconds, asked.seconds, cpu, quantiles=_in_seconds(text))


def wrk(asked: Asked) -> Done:
    """One thread. It knows no rate."""
    common = ("-t", "1", "-c", str(asked.connections), "-d", f"{asked.seconds}s", "-s", str(PERCENTILES))
    text, cpu = _run(["wrk", *common, asked.url], asked)
    return Done(_rate(text) * asked.seconds, asked.seconds, cpu, quantiles=_in_seconds(text))


def ab(asked: Asked) -> Done:
    """With keep-alive, as all others have. It knows no rate."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "percentiles.csv"
        common = ("-q", "-k", "-c", str(asked.connections), "-t", str(asked.seconds), "-n", ENDLESS)
        text, cpu = _run(["ab", *common, "-e", str(file), asked.url], asked)
        quantiles = percentile_table(file.read_text(encoding="utf-8"))
    return Done(float(_found(r"Complete requests:\s+(\d+)", text)), asked.seconds, cpu, quantiles=quantiles)


def autocannon(asked: Asked) -> Done:
    """One worker, no pipelining, and with a rate corrected as it does by itself. It says no p95."""
    rate = ("-R", f"{asked.rate:.0f}") if asked.rate else ()
    common = ("-c", str(asked.connections), "-d", str(asked.seconds), "-j")
    text, cpu = _run(["autocannon", *common, *rate, asked.url], asked)
    said = json.loads(text)
    quantiles = {name: said["latency"][name] / 1e3 for name in ("p50", "p99")}
    return Done(float(said["requests"]["total"]), asked.seconds, cpu - _node_start(), quantiles=quantiles)


def percentile_table(text: str) -> dict[str, float]:
    """What ab has written into a file: per cent and milliseconds."""
    return {f"p{q}": float(_found(rf"(?m)^{q},([\d.]+)$", text)) / 1e3 for q in (50, 95, 99)}


def _run(command: Sequence[str], asked: Asked) -> tuple[str, float]:
    before = children_cpu()
    text = pinned(command, asked.seconds)
    return text, children_cpu() - before


@cache
def _node_start() -> float:
    """Seconds of CPU before its first request, which no other tool needs."""
    before = children_cpu()
    pinned(["autocannon", "--version"], 0)
    return children_cpu() - before


def _rate(text: str) -> float:
    return float(_found(r"Requests/sec:\s+([\d.]+)", text))


def _in_seconds(text: str) -> dict[str, float]:
    return {f"p{q}": float(_found(rf"\b{q}% in ([\d.]+) secs", text)) for q in (50, 95, 99)}


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"no {pattern!r} in {text[:200]!r}")
    return found[1]
