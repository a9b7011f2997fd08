from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from mario_perf.reports import json_report
from mario_perf.reports.schema.report_document import Report
from mario_perf.reports.schema.run_document import RunReport
from mario_perf.run_record import RunRecord
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult


def test_the_published_schema_is_the_one_of_the_code() -> None:
    """Write it anew with ``python -m mario_perf.reports.json_report``."""
    assert json.loads(json_report.SCHEMA.read_text(encoding="utf-8")) == json_report.schema()


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_report.schema())


@pytest.mark.parametrize("make", [samples.gate, samples.empty])
def test_every_report_follows_the_schema(make: object) -> None:
    assert callable(make)
    jsonschema.validate(json.loads(json_report.render(make())), json_report.schema())


def test_a_document_of_another_version_does_not_follow_it(result: GateResult) -> None:
    document = json.loads(json_report.render(result)) | {"format_version": 2}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json_report.schema())


def test_unknown_and_unbounded_numbers_are_null(result: GateResult) -> None:
    document = json.loads(json_report.render(result), parse_constant=pytest.fail)
    unknown = document["operations"][4]["comparisons"][0]
    assert unknown["change"] == {"value": None, "low": None, "high": None, "confidence": 0.9995}
    assert unknown["detectable"] is None


def test_counts_and_changes_arrive_unrounded(result: GateResult) -> None:
    document = json.loads(json_report.render(result))
    assert document["bounds"] == result.bounds.tolist()
    for shown, one in zip(document["operations"], result.operations, strict=True):
        value = one.comparisons[0].change.value
        assert shown["comparisons"][0]["change"]["value"] == (value if math.isfinite(value) else None)
        if one.candidate:
            assert shown["candidate"]["histogram"] == list(one.candidate.histogram)


def test_a_limit_is_told_from_the_baseline() -> None:
    (shown,) = json.loads(json_report.render(samples.gate(samples.limited())))["operations"]
    against = [each["against"] for each in shown["comparisons"] if each["metric"] == "p95"]
    assert against == ["baseline", "limit"]


def test_the_record_of_each_run_is_inside(result: GateResult) -> None:
    document = json.loads(json_report.render(result))
    assert document["runs"] == [run.model_dump(mode="json") for run in result.runs]


def test_the_document_has_every_key_that_a_record_can_have() -> None:
    record, document = RunRecord.model_json_schema(), RunReport.model_json_schema()
    assert keys(record) == keys(document)


def keys(schema: dict[str, Any]) -> set[frozenset[str]]:
    return {frozenset(each["properties"]) for each in (schema, *schema["$defs"].values())}


def test_a_later_version_with_more_keys_anywhere_is_read_and_follows_the_schema(result: GateResult) -> None:
    later = with_more(json.loads(json_report.render(result)))
    jsonschema.validate(later, json_report.schema())
    assert Report.model_validate(later).sentence == result.sentence


OURS = {"start", "step", "metric", "outcome", "run_id", "side", "operation", "code", "cores", "confidence"}
"""Keys by which an object is told from a mapping of the user's own names."""


def with_more(value: Any) -> Any:
    """The same with one more key in every object that has keys of ours."""
    match value:
        case dict() if OURS & value.keys():
            return {"later": [1], **{key: with_more(one) for key, one in value.items()}}
        case dict():
            return {key: with_more(one) for key, one in value.items()}
        case list():
            return [with_more(one) for one in value]
        case _:
            return value


def test_an_earlier_document_without_the_keys_added_since_is_read(result: GateResult) -> None:
    document = json.loads(json_report.render(result))
    for key in ("baseline_revisions", "command", "queries"):
        del document[key]
    for operation in document["operations"]:
        for comparison in operation["comparisons"]:
            del comparison["against"]
    jsonschema.validate(document, json_report.schema())
    assert Report.model_validate(document).command == ()
