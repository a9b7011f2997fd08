import gzip
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import MetricNotFoundError, UnreadableRunError
from mario_perf.model import Snapshots
from mario_perf.run_record import Span
from mario_perf.sources.scrapes import ScrapeSource
from tests.simulated_runs import Service, keep_scrapes, target

SPAN = Span(start=0.0, end=9.0)


def _bodies(count: int) -> list[tuple[float, str]]:
    service, bodies = Service(), []
    for time in range(count):
        service.execute("PlaceOrderCommand", 0.005)
        bodies.append((float(time), service.body()))
    return bodies


def _read(directory: Path) -> Snapshots:
    return ScrapeSource(directory, CQRS).snapshots(target({}), SPAN)


def test_every_scrape_that_was_kept_is_read(tmp_path: Path) -> None:
    keep_scrapes(tmp_path, "candidate", _bodies(3))
    found = _read(tmp_path)
    assert found.times.tolist() == [0.0, 1.0, 2.0]
    assert found.executions[:, 0].tolist() == [1, 2, 3]
    assert found.buckets.sum(axis=(1, 2)).tolist() == [1, 2, 3]


def test_a_failed_scrape_is_a_gap(tmp_path: Path) -> None:
    path = keep_scrapes(tmp_path, "candidate", _bodies(2))
    with gzip.open(path, "at") as file:  # a second gzip member, as a writer that was reopened leaves it
        file.write(json.dumps({"time": 2.0, "error": "timeout"}) + "\n")
        file.write(json.dumps({"time": 3.0, "body": _bodies(9)[-1][1]}) + "\n")
    assert _read(tmp_path).times.tolist() == [0.0, 1.0, 3.0]


def test_what_the_operating_system_says_of_the_service_is_read_like_its_page(tmp_path: Path) -> None:
    path = keep_scrapes(tmp_path, "candidate", [])
    with gzip.open(path, "at") as file:
        for second, (time, body) in enumerate(_bodies(2), 1):
            used = {"process_cpu_seconds_total": 0.5 * second}
            file.write(json.dumps({"time": time, "body": body, "process": used}) + "\n")
    metrics = replace(CQRS, indicators=("process_cpu_seconds_total",))
    found = ScrapeSource(tmp_path, metrics).snapshots(target({}), SPAN)
    assert found.costs is not None
    assert found.costs.totals["process_cpu_seconds_total"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize("left", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_is_read_up_to_the_cut(tmp_path: Path, left: float) -> None:
    path = keep_scrapes(tmp_path, "candidate", _bodies(40))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * left)])
    assert 0 < len(_read(tmp_path).times) < 40


def test_no_scrapes_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRunError, match=r"no stored scrapes.*give --prometheus URL"):
        _read(tmp_path)


def test_only_failed_scrapes_are_an_error(tmp_path: Path) -> None:
    keep_scrapes(tmp_path, "candidate", [])
    with pytest.raises(UnreadableRunError, match=r"no scrape of http://127.0.0.1:1/metrics succeeded"):
        _read(tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"not gzip",
        gzip.compress(b"not json\n"),
        gzip.compress(b'{"body": 1}\n'),
        gzip.compress(b'{"time": 1, "body": "a 1", "process": {"b": "much"}}\n'),
        gzip.compress(b'{"time": 1, "body": 1}\n'),
        gzip.compress(b'{"time": 1%s, "body": ""}\n' % (b"0" * 9999)),
        gzip.compress(b'["body"]\n'),
        gzip.compress(b"[" * 100_000 + b"\n"),
        gzip.compress(b'{"time": 1, "body": "a{b=\\"\\ud800\\"} 1"}\n'),
        gzip.compress(b'{"time": 1, "body": "\xed\xa0\x80"}\n'),
    ],
    ids=[
        "no gzip",
        "no JSON",
        "no time",
        "no figure",
        "no text",
        "huge time",
        "no scrape",
        "deep",
        "half a pair",
        "no UTF-8",
    ],
)
def test_a_damaged_file_is_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "scrapes-candidate.jsonl.gz").write_bytes(data)
    with pytest.raises(UnreadableRunError, match="not readable as scrapes"):
        _read(tmp_path)


@pytest.mark.parametrize(
    ("unpacked", "said"),
    [
        (bytes(1 << 23), "bytes hold more than 1 MiB"),
        (b'{"error": "%s"}\n' % (b" " * 1000) * (1 << 13), "bytes hold more than"),
        (random.Random(4).randbytes(1 << 21).replace(b"\n", b""), "a scrape of more than 1 MiB"),
    ],
    ids=["zeros", "lines", "a line"],
)
def test_a_bomb_is_an_error_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unpacked: bytes, said: str
) -> None:
    monkeypatch.setattr("mario_perf.sources.scrapes._MAX_LINE", 1 << 20)
    monkeypatch.setattr("mario_perf.sources.scrapes._MAX_RATIO", 20)
    (tmp_path / "scrapes-candidate.jsonl.gz").write_bytes(gzip.compress(unpacked))
    with pytest.raises(UnreadableRunError, match=said):
        _read(tmp_path)


def test_a_missing_metric_is_an_error_with_the_nearest_names(tmp_path: Path) -> None:
    body = _bodies(1)[0][1].replace("duration_milliseconds", "time_milliseconds")
    keep_scrapes(tmp_path, "candidate", [(0.0, body)])
    with pytest.raises(MetricNotFoundError, match="nearest: cqrs_execution_time_milliseconds_bucket"):
        _read(tmp_path)
