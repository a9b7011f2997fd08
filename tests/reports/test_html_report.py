from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from mario_perf.model import Estimate, Verdict
from mario_perf.reports import html_report
from mario_perf.run_record import Arrivals
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult

MOST_BYTES = 1_500_000


class Page(HTMLParser):
    """Everything in a page that a test asks for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.elements: list[dict[str, str | None]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.elements.append(dict(attrs))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def page(result: GateResult) -> Page:
    return Page(html_report.render(result))


def test_thirty_operations_fit_a_mail() -> None:
    result = samples.gate(*samples.operations() * 3)
    assert len(html_report.render(result).encode()) <= MOST_BYTES


def test_an_open_model_says_what_arrived_and_how_many_users_there_were(result: GateResult) -> None:
    arrivals = Arrivals(
        kind="poisson",
        rate=40.0,
        max_users=200,
        due=1201,
        offered=1200,
        dropped=3,
        finished=1190,
        under_way_at_start=20,
        under_way_at_end=27,
        most_users=61,
        pool=87,
        late_p99=0.004,
        late_max=0.02,
    )
    run = result.runs[0].model_copy(update={"model": "open", "users": 40, "arrivals": arrivals})
    text = " ".join(Page(html_report.render(replace(result, runs=(run,)))).words)
    said = "3 found no free user. At most 61 ran at the same time. The user pool grew from 40 to 87 users"
    came = "1,200 of 1,201 journeys that were due arrived (poisson, 40/s)"
    assert f"{came}; {said}, of at most 200." in text


def test_nothing_in_it_is_loaded_and_only_what_was_compared_is_linked(page: Page) -> None:
    loading = {"src", "srcset", "action", "data", "poster", "background", "style"}
    assert not [entry for entry in page.attributes if entry[1] in loading]
    links = {value for _, name, value in page.attributes if name in {"href", "xlink:href"}}
    named = (samples.SUBJECT.baseline, samples.SUBJECT.candidate)
    followed = {samples.SUBJECT.pull_request_url, *(commit.url for commit in named if commit)}
    assert all(link.startswith("#") or link == "data:," for link in links - followed)


def test_the_policy_allows_this_style_and_script_and_nothing_else(result: GateResult) -> None:
    text = html_report.render(result)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    rules = policy[1].replace("&#39;", "'")
    assert rules.startswith("default-src 'none';")
    assert "unsafe" not in rules
    for tag in ("style", "script"):
        inner = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert inner is not None
        digest = base64.b64encode(hashlib.sha256(inner[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in rules


def test_a_hostile_name_is_text_everywhere(page: Page) -> None:
    assert page.tags["script"] == 1
    assert not [entry for entry in page.attributes if entry[1].startswith("on")]
    assert samples.HOSTILE in "".join(page.words)


def test_every_operation_has_one_place_and_every_link_leads_to_one(page: Page, result: GateResult) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert {one.operation.name for one in result.operations if " " not in one.operation.name} <= set(page.ids)
    hrefs = [value for _, name, value in page.attributes if name == "href" and value.startswith("#")]
    assert {unquote(href.removeprefix("#")) for href in hrefs} <= set(page.ids)


def test_every_explanation_and_finding_is_there(page: Page, result: GateResult) -> None:
    text = "".join(page.words)
    assert all(one.explanation in text for one in result.operations)
    assert all(finding.message in text for finding in result.findings)
    assert all(query in text for shown in result.queries.values() for query in shown.values())


def test_the_verdict_stands_before_everything_else(page: Page, result: GateResult) -> None:
    text = " ".join("".join(page.words).split())
    assert text.index(result.sentence) < text.index("How sure?") < text.index("What changed")


def test_the_command_is_there_and_that_of_every_run(page: Page, result: GateResult) -> None:
    text = "".join(page.words)
    assert "mario-perf gate --against v1.2" in text
    assert all(f"--seed {run.seed}" in text for run in result.runs)


def test_a_share_that_is_zero_everywhere_is_a_line_and_no_chart() -> None:
    open_one = samples.compared("GetMenuQuery", "query", 0.002, (0.01, -0.05, 0.08), Verdict.INCONCLUSIVE)
    (errors,) = [each for each in open_one.comparisons if each.metric == "error_ratio"]
    assert (errors.baseline, errors.candidate) == (0.0, 0.0)
    one = replace(open_one, comparisons=(replace(errors, verdict=Verdict.INCONCLUSIVE),))
    text = " ".join(Page(html_report.render(samples.gate(one))).words)
    assert "The error ratio was 0 % on both sides, in all operations" in text
    assert "Change of the error ratio" not in text


def test_what_only_the_client_saw_is_among_the_errors(page: Page) -> None:
    assert "ReadTimeout" in page.words
    assert page.words.count("at the client") == 3


def test_one_comparison_of_an_operation_decided() -> None:
    for one in (samples.limited(), samples.beyond_the_limit()):
        page = Page(html_report.render(samples.gate(one)))
        assert len([element for element in page.elements if element.get("class") == "decided"]) == 1
        assert page.words.count("the limit") == 1


def test_charts_have_names_and_their_numbers_in_a_table(page: Page, result: GateResult) -> None:
    images = [element for element in page.elements if element.get("role") == "img"]
    assert images
    assert all(element["aria-label"] for element in images)
    drawn = [one for one in result.operations if one.candidate and one.candidate.executions]
    assert "".join(page.words).count("Share of requests by bucket") == len(drawn)


def test_only_operations_whose_errors_moved_are_plotted_for_errors() -> None:
    steady = samples.gate(samples.compared("A", "query", 0.01, (0.0, -0.01, 0.01), Verdict.UNCHANGED))
    assert "Change of the error ratio" not in html_report.render(steady)
    assert "Change of the error ratio" in html_report.render(samples.gate(samples.failing()))


def test_a_moved_share_of_slow_executions_is_plotted_and_a_steady_one_is_not() -> None:
    heading = "Change of the share of slow executions"
    assert heading in html_report.render(samples.gate(samples.stalling()))
    assert heading not in html_report.render(samples.gate(samples.failing()))


def test_typical_time_is_a_column_and_the_whole_has_one_number(result: GateResult) -> None:
    whole = html_report.render(replace(result, overall=Estimate(0.021, 0.012, 0.03, 0.95)))
    assert "+2.1 % (+1.2 to +3.0 %)" in whole
    headings = re.findall(r'<th scope="col">([^<]*)</th>', whole)[:9]
    assert headings[2:4] == ["Change", "Typical time"]
    assert not {"Mean", "Rate"} & set(headings)


def test_each_link_of_the_contents_leads_to_a_chapter(result: GateResult) -> None:
    for shown in (result, samples.empty()):
        whole = html_report.render(shown)
        contents = re.search(r'<nav class="contents".*?</nav>', whole, re.DOTALL)
        assert contents is not None
        links = re.findall(r'href="#([^"]*)"', contents[0])
        assert links
        assert all(f'id="{link}"' in whole for link in links)


def test_a_run_that_measured_nothing_has_no_empty_chapter() -> None:
    whole = html_report.render(samples.empty())
    for chapter in ("What changed", ">Operations<", "Evidence, operation", ">Load<", ">Environment<"):
        assert chapter not in whole


def test_promql_is_folded_once(result: GateResult) -> None:
    assert html_report.render(result).count("The same figures in Prometheus") == 1


def test_a_pointer_reads_the_values_of_a_bucket_and_of_a_moment(result: GateResult) -> None:
    whole = html_report.render(result)
    assert re.search(r"<title>8.91 ms to 10 ms: baseline [\d.]+ %, candidate [\d.]+ %</title>", whole)
    assert "<title>at 5 s: baseline p50 " in whole
