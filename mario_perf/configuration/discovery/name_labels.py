"""Which labels of a histogram together name an operation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.configuration.discovery import vocabulary
from mario_perf.configuration.discovery.status_labels import is_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.configuration.discovery.evidence import Family

_RAW = re.compile(r"[0-9.]+|[0-9.]+:[0-9]+|\[?[0-9a-f:]*::[0-9a-f:]*\]?(:[0-9]+)?|(celery|worker)[^ ]*@.*")
"""Values that are numbers, hosts or processes; no operation is called so."""


@dataclass(frozen=True, slots=True)
class NameLabels:
    """The labels, in the order in which their values make the name, and how surely they name an operation."""

    labels: tuple[str, ...]
    weight: int
    kind: str  # what the surest of them is


_ONE = NameLabels((), 0, "nothing")
"""All of it is one operation."""


def choose(family: Family) -> NameLabels | None:
    """The labels that name an operation; none where all is one, None if unknown.

    Of several that could, all are taken without which two operations would be one.
    """
    usable = [label for label in sorted(family.labels) if _can_name(family, label)]
    method = _method(family, usable)
    rest = [label for label in usable if label != method]
    main = _pair(family, rest) or _single(family, rest)
    if main is None:
        if method is not None:
            return NameLabels((method,), 12, "a method")
        return None if _unknown(family) else _ONE
    front = [method] if method is not None else []
    more = [label for label in rest if label not in main.labels and _is_companion(label, main)]
    for label in more:
        if splits(family, (*front, *main.labels), label):
            front.append(label)
    return NameLabels((*front, *main.labels), main.weight + (2 if method else 0), main.kind)


def splits(family: Family, labels: Sequence[str], more: str) -> bool:
    """Whether a further label tells operations apart that ``labels`` alone would merge."""
    with_it = {tuple(each.get(label, "") for label in (*labels, more)) for each in family.series}
    return len(with_it) > len({names[:-1] for names in with_it})


def _can_name(family: Family, label: str) -> bool:
    if vocabulary.normal(label) in vocabulary.NEVER or is_status(family, label):
        return False
    values = [value for value in family.values(label) if value]
    return bool(values) and not all(_RAW.fullmatch(value) for value in values)


def _method(family: Family, labels: Iterable[str]) -> str | None:
    verbs = vocabulary.VERBS | vocabulary.KUBERNETES_VERBS
    ranked = [
        label
        for label in labels
        if vocabulary.rank(label, vocabulary.METHODS) is not None
        and _complete(family, label)
        and all(value.upper() in verbs and not value.istitle() for value in family.values(label))
    ]
    return min(ranked, key=lambda label: _place(label, vocabulary.METHODS), default=None)


def _pair(family: Family, labels: Sequence[str]) -> NameLabels | None:
    """Two labels that belong together: a service and its procedure, a controller and its action."""
    for owners, owned in ((("controller",), ("action",)), (vocabulary.OWNERS, vocabulary.PROCEDURES)):
        names = _fitting(labels, owned)
        whose = [
            label for label in _fitting(labels, owners) if label not in names and _complete(family, label)
        ]
        if names and whose and not _fitting(labels, _TEMPLATES):
            if owned == vocabulary.PROCEDURES and not _is_owner(family, whose[0], names[0]):
                continue
            return NameLabels((whose[0], names[0]), 30, "a procedure and whose it is")
    return None


_TEMPLATES = ("route", "endpoint", "uri", "path", "url", "handler")


def _is_owner(family: Family, owner: str, procedure: str) -> bool:
    """Whether a service is one that has procedures, and not just the process that is measured."""
    words = {*vocabulary.tokens(family.name), *vocabulary.tokens(owner), *vocabulary.tokens(procedure)}
    remote = bool(words & {"rpc", "grpc", "twirp", "connect", "thrift", "dubbo"})
    return remote or splits(family, [procedure], owner) or any("." in each for each in family.values(owner))


def _single(family: Family, labels: Sequence[str]) -> NameLabels | None:
    for words, weight, kind in (
        (vocabulary.ROUTES, 30, "a route"),
        (vocabulary.MESSAGES, 28, "a message, a task or a span"),
        (vocabulary.PROCEDURES, 24, "a procedure"),
        (vocabulary.NAMES, 22, "an operation"),
        (vocabulary.PLACES, 8, "a place"),
        (vocabulary.TYPES, 14, "something that is executed"),
    ):
        fitting = _fitting(labels, words)
        text = [label for label in fitting if any(family.values(label))]
        if text:
            return NameLabels((text[0],), weight, kind)
    return None


def _fitting(labels: Iterable[str], words: tuple[str, ...]) -> list[str]:
    fitting = [label for label in labels if vocabulary.rank(label, words) is not None]
    return sorted(fitting, key=lambda label: (_place(label, words), label))


def _place(label: str, words: tuple[str, ...]) -> int:
    place = vocabulary.rank(label, words)
    return len(words) if place is None else place


def _is_companion(label: str, main: NameLabels) -> bool:
    route = vocabulary.rank(label, vocabulary.ROUTES) is not None
    words = (
        *vocabulary.MESSAGES,
        *vocabulary.NAMES,
        *vocabulary.PLACES,
        *vocabulary.SCOPES,
        *vocabulary.PROCEDURES,
        "controller",
    )
    return vocabulary.rank(label, words) is not None and not (route and main.kind == "a route")


def _complete(family: Family, label: str) -> bool:
    """Whether every series has it: without a value a series would be no operation."""
    return "" not in family.values(label)


def _unknown(family: Family) -> bool:
    """Whether another label tells series apart, so that one operation cannot be assumed."""
    text = [label for label in family.labels if _can_name(family, label)]
    return any(splits(family, [], label) or len(family.series) == 1 for label in text)
