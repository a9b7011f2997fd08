from __future__ import annotations

import html
import json
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mario_perf.model import Operation, Outcome
from mario_perf.reports.formats import FORMATS
from tests.reports import samples

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from mario_perf.model import GateResult


def words(page: str) -> str:
    """What a person reads of a page: a line for each paragraph, and of each table the first two rows."""
    page = re.sub(r"<(style|script|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(r"(<tbody\b.*?</tr>.*?</tr>).*?(?=</tbody>)", r"\1", page, flags=re.DOTALL)
    blocks = re.split(r"</(?:tr|p|h\d|li|summary|dd|caption|figcaption|div|header|title)>", page)
    lines = (" ".join(html.unescape(re.sub(r"<[^>]*>", " ", block)).split()) for block in blocks)
    return "\n".join(line for line in lines if line)


def outline(document: str) -> str:
    """JSON with one item of each list, and how many there are."""
    return json.dumps(_outlined(json.loads(document)), indent=1)


def _outlined(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _outlined(each) for key, each in value.items()}
    if isinstance(value, list) and len(value) > 1:
        return [_outlined(value[0]), f"and {len(value) - 1} more"]
    return value


READABLE = {"html": words, "json": outline}
"""Formats that are too long for a review, and what of them is read in one. Other tests look at the rest."""


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_reads_as_in_its_golden_file(
    name: str, result: GateResult, snapshot: SnapshotAssertion
) -> None:
    """Golden files are written anew by ``pytest tests/reports --snapshot-update``."""
    assert READABLE.get(name, str)(FORMATS[name].render(result)) == snapshot


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_result_gives_the_same_text(name: str) -> None:
    assert FORMATS[name].render(samples.gate()) == FORMATS[name].render(samples.gate())


@pytest.mark.parametrize("name", FORMATS)
def test_a_name_that_no_document_can_hold_is_shown_all_the_same(name: str) -> None:
    """Where it fails there is no assertion: the drawing library takes the process of the tests down."""
    evil = replace(samples.operations()[0], operation=Operation("query", samples.CONTROL))
    assert "/items" in FORMATS[name].render(samples.gate(evil))


@pytest.mark.parametrize("name", ["html", "markdown", "text"])
def test_what_decided_is_told_from_a_limit_of_the_same_metric(name: str) -> None:
    kept = " ".join(FORMATS[name].render(samples.gate(samples.limited())).split())
    broken = " ".join(FORMATS[name].render(samples.gate(samples.beyond_the_limit())).split())
    assert re.search(r"p95 [^%]{0,40}\+41\.0 %", kept)
    assert re.search(r"p95 against the limit [^%]{0,40}\+126\.0 %", broken)


@pytest.mark.parametrize("name", ["html", "markdown", "text"])
def test_a_p95_that_counts_for_nothing_is_said_even_of_an_operation_that_passed(name: str) -> None:
    passed = samples.operations()[-1]
    assert "p95 was not judged" not in FORMATS[name].render(samples.gate(passed))
    shown = FORMATS[name].render(samples.gate(samples.coarse(passed, math.inf)))
    assert "p95 was not judged: these buckets cannot show a change of p95" in " ".join(shown.split())


@pytest.mark.parametrize("name", FORMATS)
def test_a_gate_that_measured_nothing_is_shown(name: str) -> None:
    assert FORMATS[name].render(samples.empty())


@pytest.mark.parametrize("name", ["html", "markdown", "text", "github", "junit"])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_said_in_its_sentence(name: str, outcome: Outcome) -> None:
    sentence = f"The gate says {outcome.value}."
    assert sentence in FORMATS[name].render(samples.saying(outcome, sentence))


@pytest.mark.parametrize("name", ["html", "markdown", "text", "github", "junit"])
def test_a_person_never_reads_nan_or_inf(name: str, result: GateResult) -> None:
    words = (
        FORMATS[name].render(result).replace('data-value="inf"', "").replace('data-value="nan"', "").split()
    )
    assert not {"nan", "inf", "-inf", "NaN"} & {word.strip("<>(),.") for word in words}
