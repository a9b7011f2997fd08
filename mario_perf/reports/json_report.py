"""The result as JSON, in a format of its own with a version and a published schema.

Numbers are in seconds and ratios; what is unknown or unbounded is ``null``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mario_perf.reports.redaction import redact
from mario_perf.reports.schema.report_document import FORMAT_VERSION, Report

if TYPE_CHECKING:
    from mario_perf.model import GateResult

SCHEMA = Path(__file__).parent / "schema" / "report.schema.json"


def render(result: GateResult) -> str:
    report = Report.model_validate(redact(result), from_attributes=True)
    return report.model_dump_json(indent=1) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of the document, as published in :data:`SCHEMA`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mario-perf:report:{FORMAT_VERSION}",
        **Report.model_json_schema(mode="serialization"),
    }


def main() -> None:
    """Write the published schema anew: ``python -m mario_perf.reports.json_report``."""
    SCHEMA.write_text(json.dumps(schema(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
