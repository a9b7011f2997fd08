"""``--match LABEL=VALUE`` on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mario_perf.run_record import Side

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


SIDES: Final[tuple[Side, ...]] = ("baseline", "candidate")


def matcher(text: str) -> tuple[str, str]:
    """A label and its value.

    Raises:
        BadParameter: it is something else.
    """
    label, separator, value = text.partition("=")
    if not (label and separator):
        raise click.BadParameter(f"{text!r} is not LABEL=VALUE")
    return label, value


def side_matcher(text: str) -> tuple[Side | None, str, str]:
    """``SIDE:LABEL=VALUE``, or a matcher for both sides.

    Raises:
        BadParameter: it is something else.
    """
    word, separator, rest = text.partition(":")
    side = next((side for side in SIDES if separator and side == word), None)
    return (side, *matcher(text if side is None else rest))


def split_by_side(
    given: Iterable[tuple[Side | None, str, str]],
) -> tuple[dict[str, str], dict[Side, dict[str, str]]]:
    """Matchers of each one target, and by side those of all its replicas."""
    common: dict[str, str] = {}
    replicas: dict[Side, dict[str, str]] = {}
    for side, label, value in given:
        (common if side is None else replicas.setdefault(side, {}))[label] = value
    return common, {side: {**common, **own} for side, own in replicas.items()}


def match_option(subject: str) -> Decorator:
    """The repeatable option, which a command gets as ``matchers``; its help begins with ``subject``."""
    return click.option(
        "--match",
        "matchers",
        type=matcher,
        multiple=True,
        metavar="LABEL=VALUE",
        help=f"{subject} Repeatable.",
    )
