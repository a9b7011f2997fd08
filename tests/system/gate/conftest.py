"""The command line in this process is the one of `tests/gate`."""

from tests.gate.conftest import here

__all__ = ["here"]
