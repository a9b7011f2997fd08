from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from mario_perf.model import Operation
from mario_perf.reports.charts import forest
from tests.reports import samples

TEXT = "{http://www.w3.org/2000/svg}text"


def rows() -> list[forest.Row]:
    return [forest.Row(one.operation, one.comparisons[0]) for one in samples.operations()]


@pytest.mark.parametrize("layout", [forest.WIDE, forest.NARROW])
def test_every_operation_is_named_in_the_order_given(layout: forest.Layout) -> None:
    texts = [element.text or "" for element in ET.fromstring(forest.draw(rows(), layout)).iter(TEXT)]
    order = [text for row in rows() for text in texts if row.operation.name in text]
    assert len(order) == len(rows())
    assert [text for text in texts if text in order] == order


def test_a_name_is_text_and_nothing_else() -> None:
    evil = forest.Row(Operation("query", samples.HOSTILE), rows()[0].comparison)
    drawn = forest.draw([evil], forest.WIDE)
    assert "<script" not in drawn
    assert any(samples.HOSTILE in (one.text or "") for one in ET.fromstring(drawn).iter(TEXT))


def test_what_svg_cannot_hold_is_replaced() -> None:
    evil = forest.Row(Operation("query", samples.CONTROL), rows()[0].comparison)
    drawn = forest.draw([evil], forest.WIDE)
    assert any("/items\ufffd[2J\ufffd\ufffd" in (one.text or "") for one in ET.fromstring(drawn).iter(TEXT))


def test_colours_are_left_to_the_page() -> None:
    drawn = forest.draw(rows(), forest.WIDE)
    assert "var(--regressed)" in drawn
    assert "style=" not in drawn
    assert "http" not in drawn.replace("http://www.w3.org/", "")


def test_more_rows_than_anybody_reads_are_not_drawn() -> None:
    one = rows()[0]
    many = [replace(one, operation=Operation("query", f"Q{index:03}")) for index in range(100)]
    drawn = forest.draw(many, forest.NARROW)
    assert f"Q{forest.MAX_ROWS - 1:03}" in drawn
    assert f"Q{forest.MAX_ROWS:03}" not in drawn
