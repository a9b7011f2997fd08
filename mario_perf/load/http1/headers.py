"""Headers to read from."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Self

_FOLD = re.compile(r"[ \t]*\r\n[ \t]+")


class Headers(Mapping[str, str]):
    """Case-insensitive; values of a repeated header are joined by a comma (RFC 9110, 5.2)."""

    __slots__ = ("_found",)

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """`lines` are `name: value`."""
        self._found: dict[str, tuple[str, list[str]]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            self._found.setdefault(name.lower(), (name, []))[1].append(value.strip(" \t"))

    @classmethod
    def of_head(cls, head: bytes) -> Self:
        """`head` is a status line and header lines that a parser has accepted.

        A line that begins with a blank goes on with the value before (RFC 9112, 5.2).
        """
        text = head.decode("latin-1")
        if "\r\n " in text or "\r\n\t" in text:
            text = _FOLD.sub(" ", text)
        return cls(text.split("\r\n")[1:])

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._found[name.lower()][1])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._found

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"

    def get_all(self, name: str) -> list[str]:
        """Every value of a header, as received: Set-Cookie must not be joined."""
        return self._found.get(name.lower(), (name, []))[1]
