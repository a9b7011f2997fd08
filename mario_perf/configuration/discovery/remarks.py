"""What is remarkable about the operations that a candidate would give."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ID = re.compile(r"(?<=[/: ])(?:[0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{12,})(?=$|[/:? ])")
_FEW = 3
_MANY = 200


def operation_remarks(names: Iterable[str]) -> Iterator[str]:
    """Warn of raw paths and of too many operations: none would have enough executions."""
    every = list(names)
    shapes = Counter(_ID.sub("{id}", name) for name in every if _ID.search(name))
    shape, count = shapes.most_common(1)[0] if shapes else ("", 0)
    if count >= _FEW:
        yield (
            f"raw paths: {count} operations are {shape}, one for each id; "
            "change the service to use the route's template as the label's value"
        )
    elif len(every) > _MANY:
        yield f"too many operations ({len(every)}); choose a label with fewer values"
