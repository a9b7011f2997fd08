"""The result as JUnit XML: an operation is a test case, and so is a cost, so that every CI shows it.

Regressed is a failure, an invalid run an error. "Could not tell" is neither a failure nor a pass: skipped,
with the reason.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mario_perf.model import Outcome, Severity, Verdict
from mario_perf.reports import cost_phrases, phrases
from mario_perf.reports.characters import xml_safe
from mario_perf.reports.redaction import redact

if TYPE_CHECKING:
    from mario_perf.model import CostResult, GateResult, OperationResult

_SUITE = "mario-perf"


def render(result: GateResult) -> str:
    """The result as one test suite; the first case is the run itself."""
    redacted_result = redact(result)
    tally = Counter(each.verdict for each in redacted_result.operations)
    tally.update(each.verdict for each in redacted_result.costs)
    invalid = redacted_result.outcome is Outcome.INVALID
    suite = ET.Element(
        "testsuite",
        name=_SUITE,
        tests=str(tally.total() + 1),
        failures=str(tally[Verdict.REGRESSED]),
        errors=str(int(invalid)),
        skipped=str(tally[Verdict.INCONCLUSIVE] + tally[Verdict.RECORDED]),
        time=f"{redacted_result.seconds:.3f}",
        timestamp=redacted_result.created_at,
    )
    _run_case(suite, redacted_result)
    for one in redacted_result.operations:
        _case(suite, one)
    for cost in redacted_result.costs:
        _cost_case(suite, cost)
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
    steps = [f"next: {each}" for each in result.next_steps]
    findings = [f"{one.severity.value}: {one.message}" for one in result.findings]
    ET.SubElement(case, "system-out").text = xml_safe("\n".join((result.sentence, *steps, *findings)))


def _case(suite: ET.Element, one: OperationResult) -> None:
    case = _add_case(suite, one.operation.kind, one.title)
    _judged(case, one.verdict, one.decided_by, one.explanation, _details(one))


def _cost_case(suite: ET.Element, cost: CostResult) -> None:
    case = _add_case(suite, "cost", cost_phrases.title(cost))
    _judged(case, cost.verdict, cost.name, cost.explanation, cost_phrases.change(cost))


def _add_case(suite: ET.Element, group: str, name: str) -> ET.Element:
    return ET.SubElement(
        suite, "testcase", classname=xml_safe(f"{_SUITE}.{group}"), name=xml_safe(name), time="0"
    )


def _judged(case: ET.Element, verdict: Verdict, decided_by: str, explanation: str, details: str) -> None:
    if verdict is Verdict.REGRESSED:
        failure = ET.SubElement(case, "failure", message=xml_safe(explanation), type=xml_safe(decided_by))
        failure.text = xml_safe(details)
    elif verdict in {Verdict.INCONCLUSIVE, Verdict.RECORDED}:
        ET.SubElement(case, "skipped", message=xml_safe(f"{verdict.value}: {explanation}"))
    ET.SubElement(case, "system-out").text = xml_safe(f"{verdict.value}: {explanation}\n{details}")


def _details(one: OperationResult) -> str:
    return "\n".join(
        f"{phrases.subject(it)}: {phrases.quantity(it.metric, it.baseline)} to "
        f"{phrases.quantity(it.metric, it.candidate)}, {phrases.change(it)} ({phrases.interval(it)}), "
        f"{it.verdict.value}"
        for it in one.comparisons
    )
