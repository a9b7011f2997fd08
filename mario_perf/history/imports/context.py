"""What a file does not say of itself, and how what it says becomes batches."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.errors import UserError
from mario_perf.history.measurements import LAST_TIME, Batch, Level

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "unknown"


class ImportFileError(UserError):
    """A file cannot be imported."""


@dataclass(frozen=True, slots=True)
class Context:
    """Taken where the file says nothing; ``time`` is when the file was written, unix seconds."""

    time: float
    revision: str = ""
    scenario: str = "imported"
    environment: str = UNKNOWN

    def batch(
        self,
        kind: str,
        values: Iterable[tuple[str, str, float]],
        *,
        time: float | None = None,
        revision: str = "",
        environment: str = "",
    ) -> Batch:
        """A batch of (operation, metric, value); its source is made from what it says.

        The same content gives the same source, so that a file may be imported twice. Values that are not a
        finite number are left out.

        Raises:
            ValueError: A time is not between 1970 and 2200.
            TypeError: A name is not a text.
        """
        build = revision or self.revision or UNKNOWN
        machine = environment or self.environment
        levels = tuple(
            Level(build, operation, metric, machine, float(value))
            for operation, metric, value in values
            if math.isfinite(value)
        )
        moment = self.time if time is None else float(time)
        if not 0 <= moment <= LAST_TIME:
            raise ValueError(f"the time {moment:g} is not between 1970 and 2200")
        if not all(isinstance(each, str) for one in levels for each in (one.operation, one.metric)):
            raise TypeError("a name that is not a text")
        if not (isinstance(build, str) and isinstance(machine, str)):
            raise TypeError("a revision or a machine that is not a text")
        content = json.dumps(
            [time, build, machine, [(one.operation, one.metric, one.value) for one in levels]]
        )
        digest = hashlib.sha256(content.encode()).hexdigest()[:24]
        return Batch(f"{kind}:{digest}", moment, self.scenario, levels)
