from __future__ import annotations

from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.pizzeria.cqrs.metrics.text_format import page
from mario_perf.pizzeria.observability.metric_families import Histograms, Numbers
from tests.pizzeria.series import samples

numbers = st.lists(st.floats(0, 20), max_size=20)


def gauge(value: float, label: str = "") -> Numbers:
    found = Numbers("oven", "gauge", "How hot", ("name",))
    found.set(value, label)
    return found


@pytest.mark.parametrize("name", ['"Four" cheeses', "back\\slash", "two\nlines", "100 % beef", "Càlzone", ""])
def test_a_label_is_read_back_whatever_is_in_it(name: str) -> None:
    histograms = Histograms("weight", "Of pizzas", (1, 2), ("name",))
    histograms.observe(1.5, name)
    read = samples(page([gauge(3, name), histograms]).decode())
    assert read["oven", frozenset({("name", name)})] == 3
    assert read["weight_count", frozenset({("name", name)})] == 1


def test_a_number_that_is_not_known_is_written_as_prometheus_writes_it() -> None:
    text = page([gauge(nan)]).decode()
    assert text.endswith(" NaN\n")
    assert all(isnan(value) for value in samples(text).values())


@given(numbers, numbers)
def test_a_histogram_says_at_each_scrape_what_was_observed_until_then(
    first: list[float], then: list[float]
) -> None:
    histograms = Histograms("weight", "Of pizzas", (0.5, 1, 10))
    histograms.show()
    seen: list[float] = []
    for more in ([], first, then, []):
        seen += more
        for each in more:
            histograms.observe(each)
        read = samples(page([histograms]).decode())
        assert read["weight_count", frozenset()] == len(seen)
        assert read["weight_sum", frozenset()] == pytest.approx(sum(seen))
        assert {
            float(dict(labels)["le"]): count
            for (name, labels), count in read.items()
            if name == "weight_bucket"
        } == {le: sum(each <= le for each in seen) for le in (0.5, 1, 10, inf)}


def test_labels_that_do_not_fit_their_names_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Histograms("weight", "Of pizzas", (1,), ("name",)).observe(1, "small", "Margherita")
