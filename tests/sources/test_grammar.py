"""Our reading of a metrics page against that of prometheus_client, on pages that follow the grammar."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics

from mario_perf.errors import UnreadableExpositionError
from mario_perf.sources import document, grammar
from mario_perf.sources.exposition import ExpositionReader

Found = tuple[str, frozenset[tuple[str, str]], float]


@dataclass(frozen=True)
class Line:
    """A sample, before it is written."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float
    space: str
    timestamp: int | None
    exemplar: bool


plain_names = st.from_regex(r"[a-z_:][a-z0-9_:]{0,8}", fullmatch=True)
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)
names = plain_names | words.map(lambda word: f"h.{word}")
label_names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: name != "le"
) | words.map(lambda word: f"http.{word}")
label_values = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\x1c\x1d\x1e\x1f\x85\u2028")
)
values = st.integers(0, 10**9).map(float) | st.floats(allow_nan=True, allow_infinity=True)
lines = st.builds(
    Line,
    names,
    st.dictionaries(label_names, label_values, max_size=4).map(lambda found: tuple(found.items())),
    values,
    st.sampled_from([" ", "  "]),
    st.none() | st.integers(1, 10**12),
    st.booleans(),
)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return f'"{escaped}"'


def bare(name: str) -> str:
    return name if name.isascii() and name.replace(":", "_").isidentifier() else quoted(name)


def head(line: Line) -> str:
    labels = [f"{bare(name)}={quoted(value)}" for name, value in line.labels]
    if bare(line.name) == line.name:
        return line.name + ("{" + ",".join(labels) + "}" if labels else "")
    return "{" + ",".join([quoted(line.name), *labels]) + "}"


def text(line: Line) -> str:
    stamp = "" if line.timestamp is None else f"{line.space}{line.timestamp}"
    return f"{head(line)}{line.space}{line.value!r}{stamp}"


def ours(page: str) -> set[Found]:
    return {
        found(each.series.name, dict(each.series.labels), each.value) for each in document.parse(page).samples
    }


def found(name: str, labels: dict[str, str], value: float) -> Found:
    return name, frozenset(labels.items()), math.inf if math.isnan(value) else value  # NaN equals nothing


@given(st.lists(lines, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_the_text_format_is_read_as_prometheus_client_reads_it(written: list[Line], end: str) -> None:
    page = end.join([*map(text, written), ""])
    families = parser.text_string_to_metric_families(page)
    theirs = {found(each.name, each.labels, each.value) for family in families for each in family.samples}
    assert ours(page) == theirs


@given(
    st.dictionaries(plain_names, st.tuples(st.integers(0, 10**15), st.booleans(), label_values), max_size=6)
)
def test_openmetrics_with_exemplars_is_read_as_prometheus_client_reads_it(
    counters: dict[str, tuple[int, bool, str]],
) -> None:
    page = "".join(
        f"# TYPE {name}x counter\n{name}x_total{{a={quoted(value)}}} {count}"
        + (' # {trace_id="4bf92f}"} 0.3 1.5\n' if exemplar else "\n")
        + f"{name}x_created{{a={quoted(value)}}} 1.5\n"
        for name, (count, exemplar, value) in counters.items()
    )
    families = openmetrics.text_string_to_metric_families(f"{page}# EOF\n")  # type: ignore[no-untyped-call]
    theirs = {found(each.name, each.labels, each.value) for family in families for each in family.samples}
    assert ours(f"{page}# EOF\n") == theirs


@given(st.lists(st.lists(lines, max_size=5), max_size=4))
def test_scrape_after_scrape_reads_what_each_page_holds(pages: list[list[Line]]) -> None:
    wanted = {line.name for page in pages for line in page}
    reader = ExpositionReader(wanted)
    for time, page in enumerate(pages):
        reader.add(time, "".join(f"{text(line)}\n" for line in page))
    table = reader.table()
    for row, page in zip(table.values, pages, strict=True):
        last = {document.parse(text(line)).samples[0].series.key: line.value for line in page}
        read = {
            each.key: value for each, value in zip(table.series, row, strict=True) if not math.isnan(value)
        }
        assert read == {key: value for key, value in last.items() if not math.isnan(value)}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('h_bucket{le="1"} 5 # {trace_id="x"} 0.3', 5.0),
        ('h_bucket{le="1"} 5 # {} 0.3 1.7e9', 5.0),
        ('h_bucket{le="1"}\t5', 5.0),
        ('h_bucket{le="1"}5', 5.0),
        ('h_bucket { le = "1" , } 5 17', 5.0),
        ('h_bucket{le="1"} 5 17.5 st@16.2 # {a="b"} 1 # {a="c"} 2', 5.0),
        ('h_bucket{le="1",a="} 7 # {"} 5\r', 5.0),
        ('{"h_bucket","le"="1"} +Inf', math.inf),
    ],
)
def test_the_value_is_what_follows_the_labels(line: str, value: float) -> None:
    (sample,) = document.parse(line).samples
    assert (sample.series.name, sample.series.labels["le"], sample.value) == ("h_bucket", "1", value)
    reader = ExpositionReader(["h_bucket"])
    reader.add(0.0, line)
    reader.add(1.0, line)
    assert reader.table().values.tolist() == [[value], [value]]


@pytest.mark.parametrize(
    "line",
    [
        "h",
        "h many",
        "h 1_000",
        "h ٣",
        "h 0x1p3",
        "h 5 six",
        "h 5 6 7",
        'h{a="1" b="2"} 5',
        'h{a="1",a="2"} 5',
        'h{a="1} 5',
        "h{a=1} 5",
        'h{"i"} 5',
        '{a="1"} 5',
        "5 h",
        "h " + "9" * 401,
        "h " + "9" * 100_000,
        "h{" + 'a="1",' * 20_000 + "} 5",
        'h{a="' + "\\" * 50_001 + "} 5",
        "h {count:1,sum:2",
        "h {count:1,sum:2,schema:99,positive_spans:[0:1],positive_deltas:[1]}",
        "h {count:1,sum:2,schema:3,positive_spans:[0:999999999],positive_deltas:[1]}",
        "h {count:1,sum:2,schema:3,positive_spans:[999999999:1],positive_deltas:[1]}",
    ],
)
def test_a_malformed_or_absurd_line_is_refused_in_a_line(line: str) -> None:
    with pytest.raises(UnreadableExpositionError) as refusal:
        document.parse(f"{line}\n")
    assert len(str(refusal.value)) < 200
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<!DOCTYPE html><html><body>Login</body></html>", "HTML"),
        ("\ufeff\n  <html>", "HTML"),
        ('{"status": "up"}', "JSON"),
        ('[{"name": "h"}]', "JSON"),
        ("{}", "JSON"),
    ],
)
def test_another_kind_of_page_is_told_from_metrics(page: str, said: str) -> None:
    with pytest.raises(UnreadableExpositionError, match=said):
        document.parse(page)
    with pytest.raises(UnreadableExpositionError, match=said):
        ExpositionReader(["h"]).add(0.0, page)


def test_comments_say_type_help_and_unit_of_names_in_quotes_as_well() -> None:
    shown = document.parse(
        '# TYPE "http.time" histogram\n# HELP h Time in s.\n# UNIT h seconds\n# EOF\n#\n# x\n'
    )
    assert (shown.types, shown.helps, shown.units) == (
        {"http.time": "histogram"},
        {"h": "Time in s."},
        {"h": "seconds"},
    )


def test_a_line_is_read_in_proportion_to_its_length() -> None:
    """What takes time in the square of a line would not end here."""
    hostile = [
        'h{a="' + '\\"' * 32_000,
        "h{" + '"' * 65_001,
        "h " + "+" * 65_000,
        " " * 65_000 + "{",
        "h 5" + " 5" * 30_000,
    ]
    for line in hostile:
        with pytest.raises(UnreadableExpositionError):
            grammar.number(line[len(grammar.head_of(line)) :])
