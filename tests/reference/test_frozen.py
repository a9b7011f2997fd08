"""The reference never changes within a version."""

from hashlib import sha256
from pathlib import Path

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.reference import work
from mario_perf.reference.histograms import BOUNDS, Histograms
from mario_perf.sources.exposition import ExpositionReader
from mario_perf.sources.series import snapshots

FOLDER = Path(work.__file__).parent
MEASURED = ("histograms.py", "service.py", "work.py")
FROZEN = {
    1: "56d5fcab5a990d13738da78c56ced2155b182bbbd868457634acb14e346df82f",
    2: "48c1f37b800c7bed97455fb23d0c84563d3e4bf42097733efebfa02219e90551",
}


def test_the_code_of_a_version_is_what_it_was_when_the_version_came_out() -> None:
    """A kept run would be compared with other work. Raise VERSION, and add its digest here."""
    code = b"".join((FOLDER / name).read_bytes() for name in MEASURED)
    assert sha256(code).hexdigest() == FROZEN[work.VERSION]


def test_its_metrics_are_read_to_the_last_count() -> None:
    histograms = Histograms("reference-2", 5.0)
    for milliseconds in (0.5, 0.7, 20.0, 1e6):
        histograms.add("Wait", milliseconds / 1000)
    reader = ExpositionReader(CQRS.samples)
    reader.add(10.0, histograms.page())
    seen = snapshots(reader.table(), CQRS)
    (operation,) = seen.operations
    assert (operation.kind, operation.name, seen.starts.tolist()) == ("reference-2", "Wait", [5.0])
    assert len(seen.bounds) == len(BOUNDS)
    assert (seen.buckets.sum(), seen.buckets[0, 0, -1], seen.executions.tolist()) == (4, 1, [[4]])
