"""Scrapes are kept raw and complete, and survive a crash."""

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import gevent
import pytest

from mario_perf.load import trusted_certificates
from mario_perf.load.record import scraper as scraping
from mario_perf.load.record.scraper import ScrapeError, Scraper
from mario_perf.sources.scrapes import scrapes
from tests.system.hostile_server import hostile
from tests.system.load.exposition import BODY, serving

TLS = trusted_certificates.context(None, insecure=False)


@pytest.fixture
def service() -> Iterator[str]:
    with serving() as url:
        yield url


def lines(path: Path) -> list[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_a_scrape_is_stored_unchanged(service: str, tmp_path: Path) -> None:
    scraper = Scraper(f"{service}/metrics", tmp_path / "s.jsonl.gz", TLS)
    scraper.scrape()
    scraper.scrape()
    scraper.stop()
    first, second = lines(tmp_path / "s.jsonl.gz")
    assert first["body"] == second["body"] == BODY
    assert 0 < float(str(first["time"])) <= float(str(second["time"]))


def test_what_the_page_lacks_of_the_process_is_stored_beside_it(tmp_path: Path) -> None:
    with serving("# TYPE process_threads gauge\nprocess_threads 3\n") as url:
        scraper = Scraper(f"{url}/metrics", tmp_path / "s.jsonl.gz", TLS, os.getpid())
        scraper.scrape()
        scraper.stop()
    (line,) = lines(tmp_path / "s.jsonl.gz")
    used = cast("dict[str, float]", line["process"])
    assert set(used) == {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"}
    assert all(each > 0 for each in used.values())


def test_scrapes_before_a_crash_can_be_read(service: str, tmp_path: Path) -> None:
    scraper = Scraper(f"{service}/metrics", tmp_path / "s.jsonl.gz", TLS)
    scraper.scrape()
    scraper.scrape()
    shutil.copy(tmp_path / "s.jsonl.gz", tmp_path / "cut.gz")  # nothing closed yet
    scraper.stop()
    assert [each["body"] for each in scrapes(tmp_path / "cut.gz")] == [BODY, BODY]


def test_a_failed_scrape_is_stored_with_its_reason(service: str, tmp_path: Path) -> None:
    scraper = Scraper(f"{service}/nothing", tmp_path / "s.jsonl.gz", TLS)
    with pytest.raises(ScrapeError, match="status 404"):
        scraper.scrape()
    with pytest.raises(ScrapeError, match="status 404"):
        scraper.scrape_with_retries()
    scraper.stop()
    assert {each["error"] for each in lines(tmp_path / "s.jsonl.gz")} == {"status 404"}


def test_an_unreachable_service_is_a_failed_scrape(tmp_path: Path) -> None:
    scraper = Scraper("http://127.0.0.1:9/metrics", tmp_path / "s.jsonl.gz", TLS)
    with pytest.raises(ScrapeError, match="ConnectError"):
        scraper.scrape()
    scraper.discard()
    assert list(tmp_path.iterdir()) == []


def test_scraping_repeats_until_it_is_stopped(service: str, tmp_path: Path) -> None:
    scraper = Scraper(f"{service}/metrics", tmp_path / "s.jsonl.gz", TLS)
    scraper.start(0.01)
    with gevent.Timeout(30):
        while scraper.succeeded < 3:
            gevent.sleep(0.01)
    scraper.stop()
    kept = scraper.succeeded
    gevent.sleep(0.05)
    assert len(lines(tmp_path / "s.jsonl.gz")) == scraper.succeeded == kept


def test_a_full_disk_is_logged_once_and_ends_scraping(
    service: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "s.jsonl.gz"
    path.symlink_to("/dev/full")
    scraper = Scraper(f"{service}/metrics", path, TLS)
    scraper.start(0.01)
    with gevent.Timeout(30):
        while not caplog.messages:
            gevent.sleep(0.01)
    with pytest.raises(ScrapeError, match=r"s\.jsonl\.gz cannot be written \(No space left on device\)"):
        scraper.scrape_with_retries()
    scraper.discard()
    assert caplog.messages == [
        f"no more scrapes are kept: {path} cannot be written (No space left on device)"
    ]
    assert scraper.succeeded == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["endless", "gzip"])
def test_an_endless_page_is_a_failed_scrape(path: str, tmp_path: Path) -> None:
    with hostile() as (url, _):
        scraper = Scraper(f"{url}/{path}", tmp_path / "s.jsonl.gz", TLS)
        with pytest.raises(ScrapeError, match="more than 32 MiB"):
            scraper.scrape()
        scraper.stop()


def test_a_page_that_drips_is_a_failed_scrape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "_TIMEOUT", 0.2)
    with hostile() as (url, _):
        scraper = Scraper(f"{url}/drip", tmp_path / "s.jsonl.gz", TLS)
        with pytest.raises(ScrapeError, match=r"no whole answer within 0\.2 s"):
            scraper.scrape_with_retries()
        assert scraper.failed == 1
        scraper.stop()
