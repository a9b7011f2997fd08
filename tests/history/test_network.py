"""Networks of links and levels: what they say, how sure they are, and which observation is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from mario_perf.history.network import Levels, Links, adjust

NONE = np.zeros(0)
NOWHERE = np.zeros(0, dtype=np.intp)
NO_LEVELS = Levels(NOWHERE, NOWHERE, NONE, NONE)
NO_LINKS = Links(NOWHERE, NOWHERE, NONE, NONE)


def chain(values: list[float], error: float = 0.01) -> Links:
    n = len(values)
    return Links(np.arange(n), np.arange(1, n + 1), np.array(values), np.full(n, error))


def test_a_chain_adds_up_and_drifts_by_the_root_of_its_length() -> None:
    net = adjust(101, chain([0.001] * 100), NO_LEVELS)
    assert net.change(0, 100) == pytest.approx((0.1, 0.1))
    assert net.standard_errors()[[0, 25, 100]] == pytest.approx([0, 0.05, 0.1])


def test_a_link_that_is_almost_exact_leaves_the_equations_solvable() -> None:
    levels = Levels(np.array([1]), np.array([0]), np.array([0.5]), np.array([0.1]))
    net = adjust(2, chain([0.2], error=1.3e-15), levels)
    change, error = net.change(0, 1)
    assert change == pytest.approx(0.2)
    assert error < 1e-4


def test_means_of_two_groups_differ_with_the_error_that_links_between_them_leave() -> None:
    net = adjust(3, chain([0.1, 0.2]), NO_LEVELS)
    change = net.change_of_means(np.array([0]), np.array([1, 2]))
    assert change == pytest.approx((0.2, 0.01 * 1.25**0.5))


def test_a_link_over_the_whole_chain_holds_it_down() -> None:
    links = chain([0.0] * 100)
    across = Links(
        np.append(links.earlier, 0),
        np.append(links.later, 100),
        np.append(links.value, 0.0),
        np.append(links.error, 0.01),
    )
    _, error = adjust(101, across, NO_LEVELS).change(0, 100)
    assert error < 0.01


def test_the_mean_of_levels_is_weighted_by_their_errors() -> None:
    levels = Levels(np.array([0, 0]), np.array([0, 0]), np.array([1.0, 2.0]), np.array([0.1, 0.2]))
    net = adjust(1, NO_LINKS, levels)
    assert net.value[0] == pytest.approx(1.2)
    assert net.standard_errors()[0] == pytest.approx(0.2 / 5**0.5)


def test_a_slower_machine_is_no_slower_revision() -> None:
    levels = Levels(
        np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 1.5, 1.5]), np.full(4, 0.1)
    )
    assert adjust(3, NO_LINKS, levels).change(0, 2)[0] == pytest.approx(0)


def test_revisions_that_nothing_joins_cannot_be_compared() -> None:
    net = adjust(
        4, Links(np.array([0, 2]), np.array([1, 3]), np.array([0.1, 0.2]), np.full(2, 0.01)), NO_LEVELS
    )
    assert net.change(0, 1)[0] == pytest.approx(0.1)
    assert net.change(0, 3)[1] == np.inf


def test_a_link_that_contradicts_the_others_is_named() -> None:
    triangle = Links(
        np.array([0, 1, 2, 0, 0]),
        np.array([1, 2, 3, 2, 3]),
        np.array([0.0, 0.0, 0.0, 0.3, 0.0]),
        np.full(5, 0.01),
    )
    links, _ = adjust(4, triangle, NO_LEVELS).contradictions()
    assert 3 in links
    assert adjust(4, triangle, NO_LEVELS).dispersion > 10


def test_a_link_that_nothing_checks_contradicts_nothing() -> None:
    net = adjust(3, chain([0.5, 0.1]), NO_LEVELS)
    assert np.isnan(net.residuals()).all()
    assert np.isnan(net.dispersion)
    assert [len(each) for each in net.contradictions()] == [0, 0]


@pytest.mark.parametrize(("value", "error"), [(np.nan, 0.1), (0.1, 0.0), (0.1, np.inf)])
def test_an_observation_without_a_number_is_refused(value: float, error: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        adjust(2, chain([value], error), NO_LEVELS)


def random_network(
    random: np.random.Generator, n: int
) -> tuple[Links, Levels, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Merges with a link each, a link to an older release now and then, and runs on two machines."""
    truth = np.cumsum(0.02 * random.normal(size=n))
    far = np.arange(10, n, 7)
    earlier = np.concatenate((np.arange(n - 1), random.integers(0, far - 5)))
    later = np.concatenate((np.arange(1, n), far))
    error = random.uniform(0.005, 0.03, size=len(later))
    links = Links(
        earlier, later, truth[later] - truth[earlier] + error * random.normal(size=len(later)), error
    )
    at, machine = random.integers(n, size=n), random.integers(2, size=n)
    noise = np.full(n, 0.12)
    values = truth[at] + 0.4 * machine + noise * random.normal(size=n)
    return links, Levels(at, machine, values, noise), truth


@pytest.mark.simulation
def test_intervals_hold_the_truth_as_often_as_they_say_and_absolute_numbers_are_noisier() -> None:
    random, n, z = np.random.default_rng(8), 40, special.ndtri(0.975)
    held, count, adjusted, absolute = 0, 0, 0.0, 0.0
    for _ in range(200):
        links, levels, truth = random_network(random, n)
        net = adjust(n, links, levels)
        for earlier, later in random.integers(n, size=(12, 2)):
            if earlier != later:
                value, error = net.change(earlier, later)
                away = value - (truth[later] - truth[earlier])
                held, count, adjusted = held + (abs(away) <= z * error), count + 1, adjusted + away**2
                absolute += 2 * 0.12**2
    assert 0.94 <= held / count <= 0.96
    assert (absolute / adjusted) ** 0.5 > 3


@pytest.mark.simulation
def test_sound_networks_are_rarely_called_contradictory() -> None:
    random = np.random.default_rng(9)
    called = 0
    for _ in range(150):
        links, levels, _ = random_network(random, 30)
        called += any(len(each) for each in adjust(30, links, levels).contradictions())
    assert called <= 5
