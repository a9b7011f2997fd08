"""How far operations of one build lie apart on two kinds of machines, beyond the reference beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GUESS: Final = 0.25
"""Standard deviation of logarithms where none was measured: a third of operations take a quarter more or
less than the reference says. A change has to be more than a doubling to stand out."""


@dataclass(frozen=True, slots=True)
class MachineSpread:
    """A standard deviation of logarithms, and the kinds of machines that tell it; none: a guess."""

    deviation: float = GUESS
    kinds: int = 0

    @property
    def source(self) -> str:
        """Where it is from, in words."""
        if not self.kinds:
            return "a cautious guess, as the ledger has no build on two kinds of machines"
        return f"by builds that the ledger has on {self.kinds} kinds of machines"


UNKNOWN: Final = MachineSpread()
