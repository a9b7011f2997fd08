import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.pizzeria.cqrs.faults import Fault
from mario_perf.pizzeria.fault_options import FaultOptionError, parse

OPERATIONS = ("Bake", "Ask")


def test_faults_are_read_by_operation_and_add_up() -> None:
    assert parse(["Bake=1.2"], ["Ask=5ms", "Bake=250us"], ["Ask=0.02"], OPERATIONS) == {
        "Bake": Fault(factor=1.2, delay=pytest.approx(0.00025)),  # type: ignore[arg-type]
        "Ask": Fault(delay=0.005, ratio=0.02),
    }


def test_nothing_asked_for_is_no_fault() -> None:
    assert parse([], [], [], OPERATIONS) == {}


@pytest.mark.parametrize("word", ["Oven=2", "", "=2"])
def test_an_unknown_operation_is_answered_with_those_that_exist(word: str) -> None:
    with pytest.raises(FaultOptionError, match="the operations are Bake, Ask"):
        parse([word], [], [], OPERATIONS)


@pytest.mark.parametrize("word", ["Bakery=2", "bake=2", "BAKE=2", "Bak"])
def test_a_slip_of_the_pen_is_answered_with_what_was_meant(word: str) -> None:
    with pytest.raises(FaultOptionError, match=r"; did you mean Bake\?$"):
        parse([], [word], [], OPERATIONS)


@pytest.mark.parametrize("figure", ["", "0.99", "-2", "nan", "inf", "1e3", "two", "1,2"])
def test_a_factor_that_slows_nothing_is_refused(figure: str) -> None:
    with pytest.raises(FaultOptionError, match="factor of at least 1"):
        parse([f"Bake={figure}"], [], [], OPERATIONS)


@pytest.mark.parametrize("figure", ["", "5", "ms", "-5ms", "5 ms", "5min"])
def test_a_delay_needs_a_unit(figure: str) -> None:
    with pytest.raises(FaultOptionError, match="such as 5ms"):
        parse([], [f"Bake={figure}"], [], OPERATIONS)


@pytest.mark.parametrize("figure", ["", "1.01", "-0.1", "nan", "2%"])
def test_a_share_is_from_none_to_all(figure: str) -> None:
    with pytest.raises(FaultOptionError, match="from 0 to 1"):
        parse([], [], [f"Bake={figure}"], OPERATIONS)


@given(st.text(max_size=20).filter(lambda text: not re.match("[0-9]", text)))
def test_whatever_is_no_number_is_refused_with_its_own_words(figure: str) -> None:
    # Digits that are not ASCII make no factor either.
    with pytest.raises(FaultOptionError) as refused:
        parse([f"Bake={figure}"], [], [], OPERATIONS)
    assert str(refused.value).startswith(f"--slow Bake={figure}: ")
