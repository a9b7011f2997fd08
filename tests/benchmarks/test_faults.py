"""The table of faults: each row has tests, and counts only what was tried."""

import ast
from xml.etree import ElementTree as ET

from benchmarks.faults.__main__ import ROOT, Fault, counts, faults, table


def test_each_row_names_tests_that_exist() -> None:
    for test in {test for row in faults() for test in row.tests}:
        file, _, name = test.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, test


def test_a_skipped_case_is_not_tried_and_a_failed_one_is_not_right() -> None:
    cases = ET.fromstring(
        '<s><testcase classname="tests.test_a" name="test_x[1]"/>'
        '<testcase classname="tests.test_a" name="test_x[2]"><failure/></testcase>'
        '<testcase classname="tests.test_a" name="test_x[3]"><skipped/></testcase></s>'
    )
    test = "tests/test_a.py::test_x"
    found = counts(cases, [test])
    assert found == {test: {"cases": 2, "right": 1}}
    assert "| a | b | 2 of 4 |" in table([Fault("Area", "a", "b", (test,))], [found, found])
