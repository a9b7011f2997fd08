"""Valid documents, damaged on purpose: in their bytes, their words, their lines or their structure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

NUMBERS: Final = (
    "NaN", "Infinity", "-Infinity", "+Inf", "1e300", "-1", "0", "-0.0", "1e-320", "0x10", "1_000", "1e999",
    "2147483648", "9223372036854775808", "9007199254740993", "1" * 5000, "0." + "3" * 400, "1.5", "٣",
)  # fmt: skip
TEXTS: Final = (
    "", "\0", "../../x", "/etc/passwd", "x" * 10_001, "\u2028", "🍕", "\\", '"', "{", "}", "[" * 2000, "#",
    "{count:", "le", "+Inf", "__name__", "%s{}", "<script>", "\ud800", "a.b.c", "\r", "\n", "=", "[[x]]",
)  # fmt: skip
VALUES: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 1.5, 10**20, 10**400, 1e300, float("nan"), float("inf"), -float("inf"), "", "x", "\0",
    "../../x", "\ud800", "x" * 10_001, [], {}, [[]], {"x": {}}, [None], "1", "NaN", 2**53, -(2**63),
)  # fmt: skip
_WORD: Final = re.compile(rb"-?[0-9][0-9.eE+-]*|[A-Za-z_][A-Za-z0-9_]*")
_MAX_BYTES: Final = 1 << 18


def mutate(random: random.Random, document: bytes, others: Sequence[bytes]) -> bytes:
    """One to four changes; ``others`` lend their parts. At most 256 KiB."""
    for _ in range(random.randint(1, 4)):
        document = random.choice(_WAYS)(random, document, others)
    return document[:_MAX_BYTES]


def _change_byte(random: random.Random, document: bytes, _: Sequence[bytes]) -> bytes:
    """Insert, remove, or, every second time, keep the length: binary formats say it in front."""
    at = random.randrange(len(document) + 1)
    new = random.randbytes(random.randint(0, 3))
    removed = len(new) if random.random() < 0.5 else random.randint(0, 3)  # noqa: PLR2004 - a half
    return document[:at] + new + document[at + removed :]


def _cut(random: random.Random, document: bytes, _: Sequence[bytes]) -> bytes:
    first, last = sorted(random.randrange(len(document) + 1) for _ in range(2))
    return random.choice((document[:last], document[first:], document[:first] + document[last:]))


def _splice(random: random.Random, document: bytes, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    first, last = random.randrange(len(document) + 1), random.randrange(len(other) + 1)
    return document[:first] + other[last:]


def _change_line(random: random.Random, document: bytes, others: Sequence[bytes]) -> bytes:
    """Remove, repeat, move or borrow one."""
    lines = document.split(b"\n")
    at = random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines[at:at] = [lines[at]] * random.choice((1, 2, 100))
        case 2:
            lines.insert(random.randrange(len(lines)), lines.pop(at))
        case _:
            lines.insert(at, random.choice(random.choice(others).split(b"\n")))
    return b"\n".join(lines)


def _change_word(random: random.Random, document: bytes, others: Sequence[bytes]) -> bytes:
    """Put a number, a text or another word in the place of one."""
    start = random.randrange(len(document) + 1)
    word = _WORD.search(document, start) or _WORD.search(document)
    if word is None:
        return _change_byte(random, document, others)
    new = random.choice((random.choice(NUMBERS), random.choice(TEXTS), random.choice(NUMBERS)))
    encoded = new.encode("utf-8", "surrogatepass")
    if random.random() < 0.2:  # noqa: PLR2004 - a fifth
        found = _WORD.findall(random.choice(others))
        encoded = random.choice(found) if found else encoded
    return document[: word.start()] + encoded + document[word.end() :]


def _change_node(random: random.Random, document: bytes, others: Sequence[bytes]) -> bytes:
    """Of a JSON document; another one gets a word changed."""
    try:
        tree = json.loads(document)
        holder, key = random.choice(list(_places(tree)))
    except (ValueError, IndexError, RecursionError):
        return _change_word(random, document, others)
    match random.randrange(4):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[random.choice((*TEXTS, "x", *map(str, holder)))] = holder[key]
        case 1:
            holder[key:key] = [holder[key]] * random.choice((1, 2, 100))
        case _:
            holder[key] = random.choice(VALUES)
    return json.dumps(tree).encode()


def _places(node: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Each part of a tree: what holds it, and by which key or number."""
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from _places(node[key])


_WAYS: tuple[Callable[[random.Random, bytes, Sequence[bytes]], bytes], ...] = (
    _change_byte, _cut, _splice, _change_line, _change_word, _change_word, _change_node, _change_node,
)  # fmt: skip
