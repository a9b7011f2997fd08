from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mario_perf import figures
from mario_perf.reports.columns import GAP, Column, aligned, fitting, shortened

CHANGES = st.lists(st.floats(-0.99, 9.0).map(figures.relative), min_size=1, max_size=12)


@given(CHANGES)
def test_decimal_points_stand_below_each_other(changes: list[str]) -> None:
    shown = aligned(changes)
    ends = {match.end() for each in shown if (match := re.search(r"\d+(?=[. ])", each))}
    assert len(ends) == 1
    assert [" ".join(each.split()) for each in shown] == changes


def test_both_ends_of_an_interval_stand_below_each_other() -> None:
    assert aligned(["+9.8 to +115.12 %", "-18 to +1.5 %"]) == (" +9.8 to +115.12 %", "-18   to   +1.5  %")


@given(st.lists(st.text("a1.+ %", min_size=1, max_size=12), min_size=1, max_size=8))
def test_all_figures_become_as_wide_as_the_widest(texts: list[str]) -> None:
    assert len({cell_len(each) for each in aligned(texts)}) == 1


def test_what_is_no_figure_stands_at_the_right() -> None:
    assert aligned(["+10.2 %", "unknown"]) == ("+10.2 %", "unknown")


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5)), min_size=1, max_size=8), st.integers(1, 120)
)
def test_columns_that_may_give_way_never_make_a_line_too_wide(
    wanted: list[tuple[int, int]], width: int
) -> None:
    columns = [Column("x" * size, (), rank) for size, rank in wanted]
    kept = fitting(columns, width)
    used = sum(each.width + GAP for each in kept) - GAP
    assert used <= width or all(each.rank == 0 for each in kept)
    assert [each for each in columns if each.rank == 0] == [each for each in kept if each.rank == 0]


def test_the_column_of_the_higher_rank_gives_way() -> None:
    name, verdict, p95 = Column("name", ()), Column("verdict", (), 2), Column("p95", (), 1)
    assert fitting([name, verdict, p95], 10) == [name, p95]
    assert fitting([name, verdict, p95], 18) == [name, verdict, p95]


@given(st.text(min_size=1, max_size=80), st.integers(6, 40))
def test_a_shortened_name_fits_and_a_short_one_is_left_alone(name: str, room: int) -> None:
    assert cell_len(shortened(name, room)) <= room
    assert cell_len(name) > room or shortened(name, room) == name


def test_a_shortened_name_keeps_its_beginning_and_its_end() -> None:
    assert shortened("UpdateCustomerDeliveryAddressCommand", 24) == "UpdateCustomerDe…Command"
