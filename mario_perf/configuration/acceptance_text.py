"""An accepted regression as perf.toml holds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mario_perf.configuration.policy import Acceptance


def text(one: Acceptance) -> str:
    """A table to be put at the end of the file."""
    changes = ", ".join(f"{metric} = {most}" for metric, most in one.changes.items())
    costs = ", ".join(f"{_toml(name)} = {most}" for name, most in one.costs.items())
    lines = (
        f"operation = {_toml(one.operation)}" if one.operation else "",
        f"because = {_toml(one.because)}",
        f"changes = {{ {changes} }}  # the largest rises that are accepted" if changes else "",
        f"costs = {{ {costs} }}  # the largest rises of costs that are accepted" if costs else "",
        f"until = {one.until}",
        f"baseline = {_toml(one.baseline)}  # against another one it does not hold",
    )
    return "\n".join(("\n[[accepted]]", *filter(None, lines), ""))


def _toml(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
