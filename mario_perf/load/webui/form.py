"""What a form of Locust's web UI asks for. Locust keeps its fields as they were typed, unchecked."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn

from locust.util.timespan import parse_timespan

from mario_perf.load.options.arguments import add_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OF_LOCUST: Final[Mapping[str, tuple[str, Callable[[str], float]]]] = {
    "user_count": ("num_users", int),
    "spawn_rate": ("spawn_rate", float),
    "run_time": ("run_time", parse_timespan),
}


def asked(form: Mapping[str, str], before: Namespace) -> Namespace:
    """The options ``before``, but for what the form says; ours are checked as on the command line.

    Raises:
        ValueError: One of them is wrong.
    """
    return Namespace(**{**vars(before), "run_time": None, **_of_locust(form), **_ours(form)})


def _of_locust(form: Mapping[str, str]) -> dict[str, float]:
    found = {}
    for field, (name, read) in _OF_LOCUST.items():
        with suppress(ValueError):  # Locust refuses it
            if form.get(field):
                found[name] = read(form[field])
    return found


class _Parser(ArgumentParser):
    """Leaves the process alive."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def _ours(form: Mapping[str, str]) -> dict[str, Any]:
    parser = _Parser()
    add_arguments(parser)
    defaults = vars(parser.parse_args([]))
    ours = {name: value for name, value in form.items() if name in defaults}
    words = [word for name, value in ours.items() for word in _words(name, value, defaults[name])]
    given = vars(parser.parse_args(words))
    return {name: given[name] for name in ours}


def _words(name: str, value: str, default: object) -> list[str]:
    """As on the command line; what may be left out there may be left empty here."""
    flag = f"--{name.replace('_', '-')}"
    if default is False:
        return [flag] if value == "true" else []
    return [f"{flag}={value}"] if value or default is not None else []
