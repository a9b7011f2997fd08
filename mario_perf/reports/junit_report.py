"""The result as JUnit XML: an operation is a test case, so that every CI shows it.

Regressed is a failure, an invalid run an error. "Could not tell" is neither a failure nor a pass: skipped,
with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mario_perf.model import Outcome, Severity, Verdict
from mario_perf.reports import phrases
from mario_perf.reports.characters import xml_safe
from mario_perf.reports.redaction import redact

if TYPE_CHECKING:
    from mario_perf.model import GateResult, OperationResult

_SUITE = "mario-perf"


def render(result: GateResult) -> str:
    """The result as one test suite; the first case is the run itself."""
    redacted_result = redact(result)
    tally = phrases.verdict_counts(redacted_result.operations)
    invalid = redacted_result.outcome is Outcome.INVALID
    suite = ET.Element(
        "testsuite",
        name=_SUITE,
        tests=str(len(redacted_result.operations) + 1),
        failures=str(tally[Verdict.REGRESSED]),
        errors=str(int(invalid)),
        skipped=str(tally[Verdict.INCONCLUSIVE] + tally[Verdict.RECORDED]),
        time=f"{redacted_result.seconds:.3f}",
        timestamp=redacted_result.created_at,
    )
    _run_case(suite, redacted_result)
    for one in redacted_result.operations:
        _case(suite, one)
    suites = ET.Element("testsuites", name=_SUITE)
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _run_case(suite: ET.Element, result: GateResult) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{_SUITE}.run", name="the run is valid", time="0")
    if result.outcome is Outcome.INVALID:
        reasons = [one.message for one in result.findings if one.severity is Severity.INVALID]
        ET.SubElement(case, "error", message=xml_safe(result.sentence), type="invalid").text = xml_safe(
            "\n".join(reasons)
        )
    findings = "\n".join(f"{one.severity.value}: {one.message}" for one in result.findings)
    ET.SubElement(case, "system-out").text = xml_safe(f"{result.sentence}\n{findings}".strip())


def _case(suite: ET.Element, one: OperationResult) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=xml_safe(f"{_SUITE}.{one.operation.kind}"),
        name=xml_safe(one.title),
        time="0",
    )
    if one.verdict is Verdict.REGRESSED:
        failure = ET.SubElement(
            case, "failure", message=xml_safe(one.explanation), type=xml_safe(one.decided_by)
        )
        failure.text = xml_safe(_details(one))
    elif one.verdict in {Verdict.INCONCLUSIVE, Verdict.RECORDED}:
        ET.SubElement(case, "skipped", message=xml_safe(f"{one.verdict.value}: {one.explanation}"))
    ET.SubElement(case, "system-out").text = xml_safe(
        f"{one.verdict.value}: {one.explanation}\n{_details(one)}"
    )


def _details(one: OperationResult) -> str:
    return "\n".join(
        f"{phrases.subject(it)}: {phrases.quantity(it.metric, it.baseline)} to "
        f"{phrases.quantity(it.metric, it.candidate)}, {phrases.change(it)} ({phrases.interval(it)}), "
        f"{it.verdict.value}"
        for it in one.comparisons
    )
