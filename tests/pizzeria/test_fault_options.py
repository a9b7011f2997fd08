import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.builds.pizzeria_faults import FAULT_FLAGS, neutral_words
from mario_perf.pizzeria.cqrs.faults import Fault
from mario_perf.pizzeria.fault_options import FAULT_OPTIONS, FaultOptionError, parse

OPERATIONS = ("Bake", "Ask")
FIGURES = {
    "slow": "1.2", "delay": "5ms", "fail": "0.1", "lock": "3ms", "pool": "1", "spin": "1ms", "grow": "",
    "leak": "4kB", "query": "1", "burn": "1ms",
}  # fmt: skip


def test_faults_are_read_by_operation_and_add_up() -> None:
    assert parse(
        {"slow": ["Bake=1.2"], "delay": ["Ask=5ms", "Bake=250us"], "fail": ["Ask=0.02"]}, OPERATIONS
    ) == {
        "Bake": Fault(factor=1.2, delay=pytest.approx(0.00025)),  # type: ignore[arg-type]
        "Ask": Fault(delay=0.005, ratio=0.02),
    }


def test_nothing_asked_for_is_no_fault() -> None:
    assert parse({}, OPERATIONS) == {}


@pytest.mark.parametrize("word", ["Oven=2", "", "=2"])
def test_an_unknown_operation_is_answered_with_those_that_exist(word: str) -> None:
    with pytest.raises(FaultOptionError, match="the operations are Bake, Ask"):
        parse({"slow": [word]}, OPERATIONS)


@pytest.mark.parametrize("word", ["Bakery=2", "bake=2", "BAKE=2", "Bak"])
def test_a_slip_of_the_pen_is_answered_with_what_was_meant(word: str) -> None:
    with pytest.raises(FaultOptionError, match=r"; did you mean Bake\?$"):
        parse({"delay": [word]}, OPERATIONS)


@pytest.mark.parametrize("figure", ["", "0.99", "-2", "nan", "inf", "1e3", "two", "1,2"])
def test_a_factor_that_slows_nothing_is_refused(figure: str) -> None:
    with pytest.raises(FaultOptionError, match="factor of at least 1"):
        parse({"slow": [f"Bake={figure}"]}, OPERATIONS)


@pytest.mark.parametrize("figure", ["", "5", "ms", "-5ms", "5 ms", "5min"])
def test_a_delay_needs_a_unit(figure: str) -> None:
    with pytest.raises(FaultOptionError, match="such as 5ms"):
        parse({"delay": [f"Bake={figure}"]}, OPERATIONS)


@pytest.mark.parametrize("figure", ["", "1.01", "-0.1", "nan", "2%"])
def test_a_share_is_from_none_to_all(figure: str) -> None:
    with pytest.raises(FaultOptionError, match="from 0 to 1"):
        parse({"fail": [f"Bake={figure}"]}, OPERATIONS)


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ({"leak": ["Bake=4k"]}, "such as 4kB"),
        ({"query": ["Bake=-1"]}, "a whole number"),
        ({"pool": ["Bake="]}, "a whole number"),
        ({"grow": ["Bake=2"]}, "leave it out"),
        ({"burn": ["Bake=1"]}, "such as 5ms"),
    ],
)
def test_a_figure_of_the_wrong_kind_is_answered_with_a_right_one(
    word: dict[str, list[str]], wanted: str
) -> None:
    with pytest.raises(FaultOptionError, match=wanted):
        parse(word, OPERATIONS)


def test_a_pool_changes_the_limit_of_a_lock_and_not_its_wait() -> None:
    assert parse({"lock": ["Bake=3ms"], "pool": ["Bake=0"]}, OPERATIONS) == {
        "Bake": Fault(section=0.003, places=0)
    }


@pytest.mark.parametrize("name", FAULT_FLAGS)
def test_the_gate_offers_each_fault_and_knows_what_is_neutral(name: str) -> None:
    words = neutral_words(name, f"Bake={FIGURES[name]}")
    neutral = zip(words[::2], words[1::2], strict=True)
    (fault,) = parse({option.removeprefix("--"): [word] for option, word in neutral}, OPERATIONS).values()
    (injected,) = parse({name: [f"Bake={FIGURES[name]}"]}, OPERATIONS).values()
    assert fault != injected
    assert fault in (Fault(), Fault(section=0.003), Fault(reads=0), Fault(burn=0.0))
    assert list(FAULT_FLAGS) == list(FAULT_OPTIONS)


@given(st.text(max_size=20).filter(lambda text: not re.match("[0-9]", text)))
def test_whatever_is_no_number_is_refused_with_its_own_words(figure: str) -> None:
    # Digits that are not ASCII make no factor either.
    with pytest.raises(FaultOptionError) as refused:
        parse({"slow": [f"Bake={figure}"]}, OPERATIONS)
    assert str(refused.value).startswith(f"--slow Bake={figure}: ")
