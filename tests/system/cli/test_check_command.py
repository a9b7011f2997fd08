"""``mario-perf check``: perf.toml against a pizzeria that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.pizzerias import hosted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.command_line import Done


@pytest.fixture(scope="module")
def metrics() -> Iterator[str]:
    """The page of a pizzeria that has had one order."""
    with hosted() as service:
        service.order()
        yield f"{service.url}/metrics"


def checked(here: Callable[..., Done], metrics: str, folder: Path, policy: str) -> Done:
    file = folder / "perf.toml"
    file.write_text(policy)
    return here("check", metrics, "--policy", str(file))


def test_a_policy_that_fits_is_all_right(here: Callable[..., Done], metrics: str, tmp_path: Path) -> None:
    done = checked(here, metrics, tmp_path, "[operations.PlaceOrderCommand]\nlatency_noise = 0.1\n")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("policy", "code", "said"),
    [
        ("[operations.PlaceOrder]\nlatency_noise = 0.1\n", 0, "PlaceOrderCommand"),  # may still be executed
        ("[gate]\nfalse_alarm = 0.1\n", 2, "false_alarm_rate"),
        ('[metrics]\nduration = "no_such_seconds"\nname_label = ["operation"]\n', 2, "no_such_seconds"),
    ],
)
def test_what_does_not_fit_is_named_with_what_was_meant(
    here: Callable[..., Done], metrics: str, tmp_path: Path, policy: str, code: int, said: str
) -> None:
    done = checked(here, metrics, tmp_path, policy)
    assert done.returncode == code
    assert said in " ".join((done.stdout + done.stderr).split())
