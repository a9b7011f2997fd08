"""The table of load generators."""

from __future__ import annotations

from benchmarks.load import table
from benchmarks.load.records import Run


def run(generator: str, turn: int, requests: float, server: str = "nginx", users: int = 50) -> Run:
    return Run(
        turn=turn,
        started="2026-01-01T00:00:00+00:00",
        load_average=0.0,
        server=server,
        generator=generator,
        users=users,
        requests=requests,
        seconds=1.0,
        cpu=0.5,
        memory=1e6 * users,
    )


def cells(markdown: str, generator: str) -> list[str]:
    line = next(line for line in markdown.splitlines() if generator in line)
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_ratio_is_taken_within_a_turn_so_that_a_slow_moment_is_in_both() -> None:
    runs = [
        run("Locust, FastHttpUser", 0, 1000), run("ours", 0, 4000),
        run("Locust, FastHttpUser", 1, 100), run("ours", 1, 400),
    ]  # fmt: skip
    assert cells(table.speed(runs), "ours")[2:6] == ["2,200", "400 to 4,000", "688 µs", "4.0"]


def test_servers_are_not_mixed() -> None:
    runs = [run("hey", 0, 1000), run("hey", 0, 10, "the pizzeria"), run("ours", 0, 20, "the pizzeria")]
    assert cells(table.speed(runs), "ours")[-1] == "2.0"


def test_what_is_not_installed_is_said() -> None:
    assert "| autocannon | not installed |" in table.speed([run("hey", 0, 1)], ["autocannon"])


def test_the_growth_is_what_more_users_need() -> None:
    runs = [run("ours", 0, 1000, users=10), run("ours", 0, 1000, users=1010)]
    assert cells(table.users(runs), "1,010")[2:4] == ["1010 MB", "1000.0 MB"]
