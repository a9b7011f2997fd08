"""Tables in docs/benchmarks.md."""

import pytest

from benchmarks.page import PAGE, replaced

TEXT = "above\n<!-- load -->\nold\n<!-- /load -->\nbelow\n"


def test_only_what_stands_between_the_comments_is_replaced() -> None:
    assert replaced(TEXT, "load", "| new |\n") == (
        "above\n<!-- load -->\n\n| new |\n\n<!-- /load -->\nbelow\n"
    )


def test_replacing_twice_is_replacing_once() -> None:
    once = replaced(TEXT, "load", "| new |")
    assert replaced(once, "load", "| new |") == once


@pytest.mark.parametrize("text", ["", "<!-- load -->", "<!-- /load --><!-- load -->", TEXT + TEXT])
def test_a_missing_place_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="<!-- load -->"):
        replaced(text, "load", "| new |")


@pytest.mark.parametrize("benchmark", ["detection", "simulation", "load", "instrumentation", "report"])
def test_the_page_has_a_place_for_each(benchmark: str) -> None:
    assert replaced(PAGE.read_text(encoding="utf-8"), benchmark, "| new |")
