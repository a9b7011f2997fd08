"""Mario's load test runs in virtual time, too."""

from tests.load.conftest import virtual_time

__all__ = ["virtual_time"]
