"""Response headers, parsed from the head's bytes on first use."""

from collections.abc import Iterator, Mapping


class Headers(Mapping[str, str]):
    """Case-insensitive; values of a repeated header are joined by a comma (RFC 9110, 5.2)."""

    __slots__ = ("_found",)

    def __init__(self, head: bytes = b"") -> None:
        """`head` is a status line and header lines that a strict parser has accepted."""
        self._found: dict[str, tuple[str, list[str]]] = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            self._found.setdefault(name.lower(), (name, []))[1].append(value.strip(" \t"))

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
