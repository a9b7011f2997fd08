from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.model import Outcome
from reports.formats import RENDERERS
from tests.reports import samples

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from analysis.model import GateResult


@pytest.mark.parametrize("name", RENDERERS)
def test_each_format_reads_as_in_its_golden_file(
    name: str, result: GateResult, snapshot: SnapshotAssertion
) -> None:
    """Golden files are written anew by ``pytest tests/reports --snapshot-update``."""
    assert RENDERERS[name](result) == snapshot


@pytest.mark.parametrize("name", RENDERERS)
def test_the_same_result_gives_the_same_text(name: str) -> None:
    assert RENDERERS[name](samples.gate()) == RENDERERS[name](samples.gate())


@pytest.mark.parametrize("name", RENDERERS)
def test_a_gate_that_measured_nothing_is_shown(name: str) -> None:
    assert RENDERERS[name](samples.empty())


@pytest.mark.parametrize("name", ["html", "markdown", "text", "github", "junit"])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_said_in_its_sentence(name: str, outcome: Outcome) -> None:
    sentence = f"The gate says {outcome.value}."
    assert sentence in RENDERERS[name](samples.saying(outcome, sentence))


@pytest.mark.parametrize("name", ["html", "markdown", "text", "github", "junit"])
def test_a_person_never_reads_nan_or_inf(name: str, result: GateResult) -> None:
    words = RENDERERS[name](result).replace('data-value="inf"', "").replace('data-value="nan"', "").split()
    assert not {"nan", "inf", "-inf", "NaN"} & {word.strip("<>(),.") for word in words}
