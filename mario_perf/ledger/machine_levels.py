"""How kinds of machines differ, by builds that the ledger has on several."""

from __future__ import annotations

from collections import defaultdict
from statistics import median, variance
from typing import TYPE_CHECKING, Final

from mario_perf.judgement.machine_spread import GUESS, UNKNOWN, MachineSpread
from mario_perf.ledger import ledger_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mario_perf.configuration.policy import Policy
    from mario_perf.ledger.entry import LedgerEntry

LOAN: Final = 2
"""Kinds of machines that the guess counts for: two kinds do not tell what a third is like."""


def known(policy: Policy, scenario: str, runs_dir: Path) -> MachineSpread:
    """What the ledger in a folder of runs says, for a policy that compares across machines.

    Raises:
        UserError: an entry cannot be read.
    """
    if not policy.across_machines:
        return UNKNOWN
    return spread(ledger_folder.read(ledger_folder.find(runs_dir)), scenario)


def spread(entries: Sequence[LedgerEntry], scenario: str) -> MachineSpread:
    """Between two kinds of machines, by one build's levels less the reference's; drawn to the guess."""
    groups: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for each in entries:
        if each.scenario == scenario:
            for name, level in each.levels.items():
                of_build = groups.setdefault((each.revision, each.reference, name), defaultdict(list))
                of_build[each.environment].append(level)
    shared = [group for group in groups.values() if len(group) > 1]
    if not shared:
        return UNKNOWN
    kinds = {environment for group in shared for environment in group}
    freedom = sum(len(group) - 1 for group in shared)
    squares = sum((len(group) - 1) * variance(map(median, group.values())) for group in shared)
    seen, measured = len(kinds) - 1, 2 * squares / freedom
    return MachineSpread(((LOAN * GUESS**2 + seen * measured) / (LOAN + seen)) ** 0.5, len(kinds))
