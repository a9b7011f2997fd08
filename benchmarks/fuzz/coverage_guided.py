"""Inputs that atheris finds: it changes those that reached new lines of the readers.

Atheris is no dependency: it needs libFuzzer, which not every platform and Python has.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.fuzz.batch import MAX_BYTES, MAX_SECONDS, Failure, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.fuzz.readers import Reader

_RUNS = re.compile(r"^Done (\d+) runs", re.MULTILINE)
_READY = 120.0
"""Seconds for the imports, which are instrumented."""


def play(reader: Reader, seconds: float, known: Mapping[str, bytes]) -> Tally:
    """Search for some seconds in a process of its own, from the valid and the kept documents."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, document in enumerate((*reader.documents, *known.values())):
            (folder / f"{number}.seed").write_bytes(document)
        failures = folder / "failures.jsonl"
        command = [sys.executable, "-m", __name__, reader.name, str(failures), str(folder)]
        limits = [f"-max_total_time={seconds:.0f}", "-max_len=20000", "-verbosity=0", "-print_final_stats=1"]
        limits += [f"-rss_limit_mb={(MAX_BYTES >> 20) * 3}", f"-timeout={MAX_SECONDS:.0f}"]
        done = subprocess.run(
            [*command, *limits], capture_output=True, text=True, check=False, timeout=seconds + _READY
        )
        found = _RUNS.search(done.stderr)
        if found is None:
            return Tally(
                failures=[Failure(reader.name, (done.stderr.strip().splitlines() or ["?"])[-1], b"")]
            )
        failed = _failures(reader.name, failures)
        counts = Counter({"atheris tried": int(found[1]) - len(failed), "atheris failed": len(failed)})
        return Tally(counts=counts, failures=failed)


def _failures(reader: str, path: Path) -> list[Failure]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [
        Failure(reader, each["reason"], base64.b64decode(each["document"])) for each in map(json.loads, lines)
    ]


def main() -> None:
    """In the process of its own: ``READER FAILURES FOLDER`` and libFuzzer's options."""
    import atheris  # noqa: PLC0415 - where it is installed

    name, failures, corpus, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["mario_perf"]):
        from benchmarks.fuzz import batch, readers  # noqa: PLC0415 - what is instrumented

    (reader,) = (each for each in readers.readers(Path(corpus).parent) if each.name == name)

    def use(document: bytes) -> Any:  # noqa: ANN401 - atheris takes None
        end, place = batch.try_in_time(reader, reader.pack(document))
        if end == "failed":
            line = json.dumps({"reason": place, "document": base64.b64encode(document).decode()})
            with Path(failures).open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    batch.limit_resources()
    atheris.Setup([sys.argv[0], corpus, *options], use)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
