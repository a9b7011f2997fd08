"""The comparison of two capacities on disk."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import jsonschema
import pytest

from mario_perf.capacity import ratio_file
from mario_perf.capacity.capacity_ratio import Block, Served
from mario_perf.capacity.ratio_search import RatioChange, RatioRule
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = Block(130.0, Served(100.0, kept_up=False), Served(130.0, kept_up=True))


def test_the_file_has_the_answer_the_rule_both_revisions_and_every_block(tmp_path: Path) -> None:
    change = RatioChange(Verdict.IMPROVED, 0.4, 0.1, math.inf, 101.0, (BLOCK,), "more than the noise of 3%")
    path = tmp_path / "capacity-ratio.json"
    ratio_file.write(change, RatioRule(0.03, 0.01), ("abc", None), path)
    assert json.loads(path.read_text()) == {
        "schema_version": 1,
        "verdict": "improved",
        "value": 0.4,
        "low": 0.1,
        "high": None,
        "capacity": 101.0,
        "reason": "more than the noise of 3%",
        "noise": 0.03,
        "false_alarms": 0.01,
        "baseline_revision": "abc",
        "candidate_revision": None,
        "blocks": [
            {
                "rate": 130.0,
                "baseline": {"rate": 100.0, "kept_up": False},
                "candidate": {"rate": 130.0, "kept_up": True},
            }
        ],
    }


@pytest.mark.parametrize("high", [0.9, math.inf])
def test_the_file_follows_the_schema_and_one_of_another_version_does_not(high: float, tmp_path: Path) -> None:
    change = RatioChange(Verdict.IMPROVED, 0.4, 0.1, high, 101.0, (BLOCK,), "more than the noise of 3%")
    path = tmp_path / "capacity-ratio.json"
    ratio_file.write(change, RatioRule(0.03, 0.01), ("abc", None), path)
    schema = ratio_file.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(path.read_text())
    jsonschema.validate(document, schema)
    jsonschema.validate(document | {"key_of_a_later_release": 1}, schema)
    for other in ({"schema_version": 2}, {"blocks": [{"rate": 1.0}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | other, schema)
    del document["schema_version"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)
