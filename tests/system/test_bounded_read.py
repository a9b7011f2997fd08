"""Whatever a server does, reading its answer ends in time, and takes little memory."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import httpx
import pytest

from mario_perf.bounded_read import MAX_BYTES, Reader, UnreadableAnswerError, status
from tests.system.hostile_server import hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

BRIEF, AMPLE = 0.2, 30.0  # seconds
KEY = {"Authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with hostile() as (url, _):
        yield url


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.mark.parametrize("path", ["drip", "driphead"])
def test_the_deadline_holds_for_the_whole_answer(reader: Reader, url: str, path: str) -> None:
    with pytest.raises(httpx.TimeoutException, match=r"no whole answer within 0\.2 s"):
        reader.get(f"{url}/{path}", BRIEF)


@pytest.mark.parametrize("path", ["endless", "gzip", "deflate"])
def test_an_answer_has_a_largest_size_also_when_it_is_unpacked(reader: Reader, url: str, path: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableAnswerError, match="more than 4 MiB"):
            reader.get(f"{url}/{path}", AMPLE, max_bytes=4 << 20)
        assert tracemalloc.get_traced_memory()[1] < MAX_BYTES
    finally:
        tracemalloc.stop()


def test_a_compressed_answer_is_unpacked(reader: Reader, url: str) -> None:
    assert reader.get(f"{url}/zipped", AMPLE).text == "up 1\n"


def test_a_redirect_within_the_origin_is_followed_with_the_headers(reader: Reader) -> None:
    with hostile() as (url, seen):
        assert reader.get(f"{url}/near", AMPLE, headers=KEY).text == "up 1\n"
    keys = [(path, headers["Authorization"]) for path, headers in seen]
    assert keys == [("/near", "Bearer secret"), ("/plain", "Bearer secret")]


def test_a_redirect_to_another_origin_is_the_answer_and_nothing_is_sent_there(reader: Reader) -> None:
    with hostile() as (other, seen), hostile(other) as (url, _):
        assert reader.get(f"{url}/away", AMPLE, headers=KEY).status == httpx.codes.TEMPORARY_REDIRECT
    assert seen == []


def test_redirects_in_a_circle_end(reader: Reader, url: str) -> None:
    with pytest.raises(httpx.TooManyRedirects):
        reader.get(f"{url}/loop", AMPLE)


def test_a_reader_answers_again_after_a_failure(reader: Reader, url: str) -> None:
    with pytest.raises(httpx.TimeoutException):
        reader.get(f"{url}/drip", BRIEF)
    assert reader.get(f"{url}/plain", AMPLE).status == httpx.codes.OK


def test_the_proxies_of_the_environment_are_not_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert status(f"{url}/plain", AMPLE) == httpx.codes.OK


@pytest.mark.parametrize("path", ["drip", "endless", "gzip"])
def test_a_status_is_known_however_the_body_goes_on(url: str, path: str) -> None:
    assert status(f"{url}/{path}", AMPLE) == httpx.codes.OK


def test_a_status_that_does_not_come_is_not_waited_for_longer(url: str) -> None:
    with pytest.raises(httpx.TimeoutException):
        status(f"{url}/driphead", BRIEF)
