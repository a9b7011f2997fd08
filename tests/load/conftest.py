"""Locust patches the standard library when it is imported. Here it must not: others run in this process."""

from collections.abc import Iterator

import pytest

with pytest.MonkeyPatch.context() as patch:
    patch.setenv("LOCUST_SKIP_MONKEY_PATCH", "1")
    import locust  # noqa: F401

from tests.load.virtual_time import VirtualTime


@pytest.fixture
def virtual_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualTime]:
    """No wait takes any time."""
    time = VirtualTime()
    time.install(monkeypatch)
    yield time
    time.stop()
