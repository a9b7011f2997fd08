"""The result as JUnit XML: an operation is a test case, so that every CI shows it.

Regressed is a failure, an invalid run an error. "Could not tell" is neither a failure nor a pass: skipped,
with the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from analysis.model import Outcome, Severity, Verdict
from reports import words
from reports.redaction import redacted

if TYPE_CHECKING:
    from analysis.model import GateResult, OperationResult

_SUITE = "mario-perf"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: GateResult) -> str:
    """The result as one test suite; the first case is the run itself."""
    shown = redacted(result)
    tally = words.tally(shown.operations)
    invalid = shown.outcome is Outcome.INVALID
    suite = ET.Element(
        "testsuite",
        name=_SUITE,
        tests=str(len(shown.operations) + 1),
        failures=str(tally[Verdict.REGRESSED]),
        errors=str(int(invalid)),
        skipped=str(tally[Verdict.INCONCLUSIVE]),
        time=f"{shown.seconds:.3f}",
        timestamp=shown.created_at,
    )
    _run_case(suite, shown)
    for one in shown.operations:
        _case(suite, one)
    suites = ET.Element("testsuites", name=_SUITE)
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _run_case(suite: ET.Element, result: GateResult) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{_SUITE}.run", name="the run is valid", time="0")
    if result.outcome is Outcome.INVALID:
        reasons = [one.message for one in result.findings if one.severity is Severity.INVALID]
        ET.SubElement(case, "error", message=_text(result.sentence), type="invalid").text = _text(
            "\n".join(reasons)
        )
    findings = "\n".join(f"{one.severity.value}: {one.message}" for one in result.findings)
    ET.SubElement(case, "system-out").text = _text(f"{result.sentence}\n{findings}".strip())


def _case(suite: ET.Element, one: OperationResult) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_text(f"{_SUITE}.{one.operation.kind}"),
        name=_text(one.operation.name),
        time="0",
    )
    if one.verdict is Verdict.REGRESSED:
        failure = ET.SubElement(case, "failure", message=_text(one.explanation), type=_text(one.decided_by))
        failure.text = _text(_details(one))
    elif one.verdict is Verdict.INCONCLUSIVE:
        ET.SubElement(case, "skipped", message=_text(f"inconclusive: {one.explanation}"))
    ET.SubElement(case, "system-out").text = _text(f"{one.verdict.value}: {one.explanation}\n{_details(one)}")


def _details(one: OperationResult) -> str:
    return "\n".join(
        f"{words.METRICS[it.metric]}: {words.quantity(it.metric, it.baseline)} to "
        f"{words.quantity(it.metric, it.candidate)}, {words.change(it)} ({words.interval(it)}), "
        f"{it.verdict.value}"
        for it in one.comparisons
    )


def _text(raw: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", raw)
