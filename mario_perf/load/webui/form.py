"""Reads the form of Locust's web UI. Locust itself keeps our fields as typed, unchecked."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn

from locust.util.timespan import parse_timespan

from mario_perf.load.options.arguments import add_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LOCUST_FIELDS: Final[Mapping[str, tuple[str, Callable[[str], float]]]] = {
    "user_count": ("num_users", int),
    "spawn_rate": ("spawn_rate", float),
    "run_time": ("run_time", parse_timespan),
}


def parse(fields: Mapping[str, str], before: Namespace) -> Namespace:
    """Change the options ``before`` as the form says. Our own are checked as on the command line.

    Raises:
        ValueError: A field is wrong.
    """
    return Namespace(**{**vars(before), "run_time": None, **_locust_options(fields), **_own_options(fields)})


def _locust_options(fields: Mapping[str, str]) -> dict[str, float]:
    options = {}
    for field, (name, read) in _LOCUST_FIELDS.items():
        with suppress(ValueError):  # Locust shows its own message
            if fields.get(field):
                options[name] = read(fields[field])
    return options


class _Parser(ArgumentParser):
    """Raises an error instead of exiting."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def _own_options(fields: Mapping[str, str]) -> dict[str, Any]:
    parser = _Parser()
    add_arguments(parser)
    defaults = vars(parser.parse_args([]))
    typed = {name: value for name, value in fields.items() if name in defaults}
    arguments = [
        argument for name, value in typed.items() for argument in _arguments(name, value, defaults[name])
    ]
    parsed = vars(parser.parse_args(arguments))
    return {name: parsed[name] for name in typed}


def _arguments(name: str, value: str, default: object) -> list[str]:
    """A field as on the command line. An optional argument may be an empty field."""
    flag = f"--{name.replace('_', '-')}"
    if default is False:
        return [flag] if value == "true" else []
    return [f"{flag}={value}"] if value or default is not None else []
