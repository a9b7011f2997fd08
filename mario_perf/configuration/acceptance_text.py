"""An accepted regression as perf.toml holds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mario_perf.configuration.policy import Acceptance


def text(one: Acceptance) -> str:
    """A table to be put at the end of the file."""
    changes = ", ".join(f"{metric} = {most}" for metric, most in one.changes.items())
    return (
        "\n[[accepted]]\n"
        f"operation = {_toml(one.operation)}\n"
        f"because = {_toml(one.because)}\n"
        f"changes = {{ {changes} }}  # the largest rises that are accepted\n"
        f"until = {one.until}\n"
        f"baseline = {_toml(one.baseline)}  # against another one it does not hold\n"
    )


def _toml(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
