"""What a gate adds to the ledger of its runner, and the line that its report has of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf import message_lines
from mario_perf.errors import UserError
from mario_perf.ledger import ledger_folder
from mario_perf.ledger.entry import entry
from mario_perf.ledger.summary import FEWEST, sentence, summarise
from mario_perf.validity.codes import Code
from mario_perf.validity.environments import environment_id

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.model import GateResult


def with_ledger(result: GateResult, runs_dir: Path) -> GateResult:
    """Keep a gate of an unchanged build; the verdict stands whether the ledger can be used or not.

    A ledger of few gates says nothing of the runner, and so nothing of it is shown.
    """
    if not result.runs:
        return result
    ledger, new = ledger_folder.find(runs_dir), entry(result)
    try:
        if new is not None:
            ledger_folder.add([new], ledger)
        here = ledger_folder.read(ledger, environment_id(result.runs[-1].environment))
    except UserError as error:
        message_lines.say(f"the ledger is left out: {error}", error=True)
        return result
    known = [each for each in here if each.method == result.method]
    if len(known) < FEWEST:
        return result
    note = Code.RUNNER_LEDGER.finding(says=sentence(summarise(known)))
    return replace(result, findings=(*result.findings, note))
