import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.errors import UnreadableExpositionError
from mario_perf.sources.exposition import ExpositionReader

BODY = """# HELP x_total things
# TYPE x_total counter
x_total{a="1"} 3.0
x_total{a="say \\"} 9\\""} 4
# HELP x_total things
# TYPE x_total counter
other{a="1"} 7
plain 1e3
"""


def _reader(*bodies: str) -> ExpositionReader:
    reader = ExpositionReader(["x_total", "plain"])
    for time, body in enumerate(bodies):
        reader.add(time, body)
    return reader


def test_only_wanted_metrics_are_kept() -> None:
    table = _reader(BODY).table()
    assert [(series.name, dict(series.labels)) for series in table.series] == [
        ("x_total", {"a": "1"}),
        ("x_total", {"a": 'say "} 9"'}),
        ("plain", {}),
    ]
    assert table.values.tolist() == [[3.0, 4.0, 1000.0]]


def test_all_names_are_known_for_messages() -> None:
    assert _reader(BODY).names == {"x_total", "other", "plain"}


def test_a_series_is_missing_where_a_scrape_does_not_show_it() -> None:
    values = _reader("plain 1\n", 'plain 2\nx_total{a="1"} 5\n', 'x_total{a="1"} 6\n').table().values
    np.testing.assert_array_equal(values, [[1, np.nan], [2, 5], [np.nan, 6]])


def test_timestamps_on_lines_do_not_matter() -> None:
    table = _reader(
        'x_total{a="1"} 5 1700000000000\nplain 2 17\n', 'x_total{a="1"} 6 1700000001000\n'
    ).table()
    np.testing.assert_array_equal(table.values, [[5, 2], [6, np.nan]])


def test_the_order_of_labels_does_not_matter() -> None:
    table = _reader('x_total{a="1",b="2"} 5\n', 'x_total{b="2",a="1"} 6\n').table()
    assert table.values.tolist() == [[5.0], [6.0]]


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0c", "\x1e", "\r"])
def test_a_label_may_hold_what_ends_a_line_elsewhere(mark: str) -> None:
    table = _reader(f'x_total{{a="one{mark}two"}} 5\n', f'x_total{{a="one{mark}two"}} 6\n').table()
    assert [dict(series.labels) for series in table.series] == [{"a": f"one{mark}two"}]
    assert table.values.tolist() == [[5.0], [6.0]]


def test_lines_may_end_as_on_windows() -> None:
    table = _reader('# TYPE x_total counter\r\nx_total{a="1"} 5\r\n\r\nplain 2\r\n').table()
    assert table.values.tolist() == [[5.0, 2.0]]


def test_a_wanted_line_without_a_figure_is_an_error() -> None:
    with pytest.raises(UnreadableExpositionError, match="no value"):
        _reader("plain many\n")


@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=8))
def test_a_scrape_reads_the_same_whatever_came_before(scrapes: list[dict[str, int]]) -> None:
    bodies = ["".join(f'x_total{{a="{a}"}} {n}\n' for a, n in scrape.items()) for scrape in scrapes]
    table = _reader(*bodies).table()
    found = [
        {
            one.labels["a"]: int(value)
            for one, value in zip(table.series, row, strict=True)
            if not np.isnan(value)
        }
        for row in table.values
    ]
    assert found == scrapes
