"""What is kept between runs: counts of inputs, and the inputs that taught something."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.fuzz.batch import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.fuzz.batch import Tally

RESULTS = Path(__file__).parent / "results"
Corpus = dict[str, dict[str, bytes]]
"""By reader and by the place where a reader ended: a document."""


class Records:
    """In a folder. Counts only grow; a document is kept for each place."""

    def __init__(self, folder: Path = RESULTS) -> None:
        self._counts = folder / "counts.json"
        self._corpus = folder / "corpus.jsonl.gz"
        self._failures = folder / "failures.jsonl"
        self.counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.corpus: Corpus = defaultdict(dict)
        if self._counts.exists():
            for name, counts in json.loads(self._counts.read_text(encoding="utf-8")).items():
                self.counts[name].update(counts)
        if self._corpus.exists():
            for line in gzip.decompress(self._corpus.read_bytes()).splitlines():
                kept = json.loads(line)
                self.corpus[kept["reader"]][kept["place"]] = base64.b64decode(kept["document"])

    @property
    def total(self) -> int:
        """Inputs of all readers."""
        return sum(counts.total() for counts in self.counts.values())

    @property
    def failures(self) -> list[Failure]:
        """Inputs that have made a reader fail."""
        if not self._failures.exists():
            return []
        kept = map(json.loads, self._failures.read_bytes().splitlines())
        return [Failure(each["reader"], each["reason"], base64.b64decode(each["document"])) for each in kept]

    def add(self, reader: str, tally: Tally) -> None:
        """Keep what came of some inputs, on disk at once."""
        self.counts[reader].update(tally.counts)
        self._counts.write_text(json.dumps(self.counts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        for failure in tally.failures:
            with self._failures.open("a", encoding="utf-8") as file:
                file.write(_failure_line(failure) + "\n")
        if tally.news:
            self.corpus[reader].update(tally.news)
            self._write_corpus()

    def _write_corpus(self) -> None:
        lines = [
            json.dumps({"reader": reader, "place": place, "document": base64.b64encode(document).decode()})
            for reader, kept in sorted(self.corpus.items())
            for place, document in sorted(kept.items())
        ]
        self._corpus.write_bytes(gzip.compress("\n".join((*lines, "")).encode(), mtime=0))


def _failure_line(failure: Failure) -> str:
    document = base64.b64encode(failure.document).decode()
    return json.dumps({"reader": failure.reader, "reason": failure.reason, "document": document})


def table(counts: Mapping[str, Mapping[str, int]]) -> str:
    """As Markdown: a row for each reader."""
    lines = ["| reader | inputs | read | refused | by coverage | failed |", "|---|---|---|---|---|---|"]
    totals = Counter[str]()
    for reader, row in counts.items():
        ends = Counter[str]()
        for name, count in row.items():
            ends[name.split()[-1]] += count
        totals.update(ends)
        lines.append(_row(reader, ends))
    return "\n".join([*lines, _row("all", totals)])


def _row(name: str, ends: Counter[str]) -> str:
    cells = (ends.total(), ends["read"], ends["refused"], ends["tried"], ends["failed"])
    return f"| {name} | " + " | ".join(f"{each:,}" for each in cells) + " |"
