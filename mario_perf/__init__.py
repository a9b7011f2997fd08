"""A performance gate for CQRS services. What a locustfile imports is here.

Importing one of these names adds the load's options to Locust's and records each run.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mario_perf.load.locust_plugin import Answer, MeasuredUser, RapidHttpUser, Side, Step

__all__ = ["Answer", "MeasuredUser", "RapidHttpUser", "Side", "Step"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class
    """Load Locust only when a name is asked for: the commands do without it."""
    if name in __all__:
        return getattr(import_module("mario_perf.load.locust_plugin"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
