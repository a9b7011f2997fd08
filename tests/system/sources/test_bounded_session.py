"""Whatever a Prometheus or a metrics page does, asking it ends in time, and keys stay with its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import requests

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import SourceUnreachableError
from mario_perf.run_record import Span, TargetRecord
from mario_perf.sources import bounded_session, metrics_page
from mario_perf.sources.connection import Connection, session
from mario_perf.sources.instant_query import now
from mario_perf.sources.metrics_page import page
from mario_perf.sources.prometheus_source import PrometheusSource
from tests.system.hostile_server import hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

BRIEF, AMPLE = 0.3, 30.0  # seconds
DATA = '{"status": "success", "data": {"result": %s}}'
SPAN = Span(start=1000.0, end=1010.0)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with hostile() as (url, _):
        yield url


def asked_for_a_run(url: str, timeout: float = BRIEF) -> None:
    target = TargetRecord(
        side="candidate",
        url="http://127.0.0.1:1",
        metrics_url="http://127.0.0.1:1",
        whole_run=(),
        in_window=(),
    )
    PrometheusSource(Connection(url, timeout=timeout), CQRS).snapshots(target, SPAN)


@pytest.mark.parametrize("path", ["drip", "driphead"])
def test_a_prometheus_that_drips_is_not_reachable(url: str, path: str) -> None:
    with pytest.raises(SourceUnreachableError, match=r"not reachable \(no whole answer within 0\.3 s\)"):
        asked_for_a_run(f"{url}/{path}")
    with pytest.raises(SourceUnreachableError, match=r"not reachable \(no whole answer within 0\.3 s\)"):
        now(Connection(f"{url}/{path}", timeout=BRIEF))


@pytest.mark.parametrize("path", ["endless", "gzip"])
def test_a_prometheus_whose_answer_has_no_end_is_refused(
    url: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_session, "MAX_BYTES", 1 << 22)
    with pytest.raises(SourceUnreachableError, match="more than 4 MiB; correct the URL"):
        asked_for_a_run(f"{url}/{path}", AMPLE)


SHAPES = [
    "null",
    "7",
    '[{"metric": {}}]',
    '["row"]',
    '[{"metric": {}, "values": 1}]',
    '[{"metric": {}, "values": [[1]]}]',
    '[{"metric": {}, "values": [["x", "1"]]}]',
]


@pytest.mark.parametrize("path", ["deep", *(f"json/{quote(DATA % shape)}" for shape in SHAPES)])
def test_an_answer_of_another_shape_is_refused(url: str, path: str) -> None:
    with pytest.raises(SourceUnreachableError, match="this is not a Prometheus API"):
        asked_for_a_run(f"{url}/{path}", AMPLE)


def test_a_metrics_page_has_a_time_and_a_size(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_session, "MAX_BYTES", 1 << 22)
    with pytest.raises(SourceUnreachableError, match="more than 4 MiB"):
        page(Connection(f"{url}/endless"))
    monkeypatch.setattr(metrics_page, "ANSWER_TIMEOUT", BRIEF)
    with pytest.raises(SourceUnreachableError, match=r"no whole answer within 0\.3 s"):
        page(Connection(f"{url}/drip"))


def test_a_redirect_to_another_origin_is_refused_and_takes_no_key_there() -> None:
    key = {"X-Api-Key": "secret"}
    with hostile() as (other, seen), hostile(other) as (url, _):
        with pytest.raises(SourceUnreachableError, match="status 307"):
            now(Connection(f"{url}/away", headers=key))
        assert page(Connection(f"{url}/away", headers=key)).description == "status 307"
    assert seen == []


def test_a_redirect_within_the_origin_is_followed(url: str) -> None:
    assert page(Connection(f"{url}/near")).text == "up 1\n"


def test_a_busy_server_is_asked_again_when_it_wants_within_the_time(url: str) -> None:
    assert now(Connection(f"{url}/soon")) == []


def test_a_server_that_wants_to_be_asked_in_an_hour_is_refused_at_once() -> None:
    with hostile() as (url, seen), pytest.raises(SourceUnreachableError, match="status 503"):
        now(Connection(f"{url}/later", timeout=AMPLE))
    assert len(seen) == 1


def test_loopback_is_asked_without_the_proxy_of_the_environment(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert page(Connection(f"{url}/plain")).text == "up 1\n"


def test_other_hosts_are_asked_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with hostile() as (proxy, seen):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert page(Connection("http://service.invalid/metrics")).text == "up 1\n"
    assert [path for path, _ in seen] == ["http://service.invalid/metrics"]


@pytest.mark.parametrize("url", ["http://[", "ftp://127.0.0.1/", "nonsense", "http://127.0.0.1:9"])
def test_each_failure_is_an_exception_of_requests(url: str) -> None:
    with pytest.raises(requests.RequestException):
        session(Connection(url)).get(url, timeout=BRIEF)
