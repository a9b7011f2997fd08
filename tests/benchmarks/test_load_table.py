"""The tables of load generators."""

from __future__ import annotations

from benchmarks.load import table
from benchmarks.load.records import Reading, Run

REFERENCES = ("Locust, FastHttpUser", "hey")


def run(
    generator: str,
    turn: int,
    requests: float,
    server: str = "nginx",
    users: int = 50,
    cpu: float = 0.5,
) -> Run:
    return Run(
        turn=turn,
        generator=generator,
        requests=requests,
        seconds=1.0,
        cpu=cpu,
        server=server,
        users=users,
        memory=1e6 * users,
    )


def reading(generator: str, turn: int, said: dict[str, float], load: str = "stalls") -> Reading:
    return Reading(
        turn=turn,
        generator=generator,
        requests=100,
        seconds=1.0,
        cpu=0.5,
        load=load,
        rate_asked=100.0,
        connections=50,
        said=said,
        truth={"p50": 0.010, "p95": 0.5, "p99": 0.9},
        server_late=0.0,
    )


def cells(markdown: str, generator: str) -> list[str]:
    line = next(line for line in markdown.splitlines() if generator in line)
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_ratio_is_taken_within_a_turn_so_that_a_slow_moment_is_in_both() -> None:
    runs = [
        run("Locust, FastHttpUser", 0, 1000), run("ours", 0, 4000),
        run("Locust, FastHttpUser", 1, 100), run("ours", 1, 400),
    ]  # fmt: skip
    assert cells(table.race(runs, REFERENCES, ()), "ours")[2:6] == [
        "2,200",
        "400 to 4,000",
        "688 µs",
        "4.00 (4.00-4.00)",
    ]


def test_servers_are_not_mixed() -> None:
    runs = [run("hey", 0, 1000), run("hey", 0, 10, "the pizzeria"), run("ours", 0, 20, "the pizzeria")]
    assert cells(table.race(runs, REFERENCES, ()), "ours")[-1] == "2.00"


def test_on_a_server_that_sets_the_pace_cpu_is_compared() -> None:
    runs = [run("hey", 0, 100, "the pizzeria", cpu=0.8), run("ours", 0, 100, "the pizzeria", cpu=0.2)]
    assert cells(table.race(runs, REFERENCES, ["the pizzeria"]), "ours")[-1] == "4.00"


def test_what_is_not_installed_is_said_in_a_row_as_wide_as_the_others() -> None:
    lines = table.race([run("hey", 0, 1)], REFERENCES, (), ["autocannon"]).splitlines()
    assert lines[-1].startswith("| | autocannon | not installed |")
    assert {line.count("|") for line in lines} == {8}
    lines = table.accuracy([reading("hey", 0, {})], ["stalls"], ["autocannon"]).splitlines()
    assert lines[-1].startswith("| | autocannon | not installed |")
    assert {line.count("|") for line in lines} == {8}


def test_the_growth_is_what_more_users_need() -> None:
    runs = [run("ours", 0, 1000, users=10), run("ours", 0, 1000, users=1010)]
    assert cells(table.users(runs), "1,010")[2:4] == ["1010 MB", "1000.0 MB"]


def test_an_error_is_relative_to_the_truth_and_shown_with_its_spread_over_turns() -> None:
    readings = [
        reading("ours", 0, {"p50": 0.0101, "p95": 0.5, "p99": 0.9}),
        reading("ours", 1, {"p50": 0.0103, "p95": 0.5, "p99": 0.45}),
    ]
    assert cells(table.accuracy(readings, ["stalls"]), "ours")[4:] == [
        "+2.0 % (+1.0 to +3.0)", "+0.0 % (+0.0 to +0.0)", "-25.0 % (-50.0 to +0.0)",
    ]  # fmt: skip


def test_a_turn_that_the_generator_does_not_believe_is_counted_and_not_shown() -> None:
    good, bad = reading("ours", 0, {"p50": 0.0101}), reading("ours", 1, {"p50": 0.1})
    bad = bad.model_copy(update={"invalid": True})
    shown = cells(table.accuracy([good, bad], ["stalls"]), "ours")
    assert (shown[1], shown[4]) == ("ours (by its own word 1 of 2 runs invalid)", "+1.0 %")
    shown = cells(table.accuracy([bad], ["stalls"]), "ours")
    assert (shown[1], shown[4]) == ("ours (by its own word 1 of 1 runs invalid)", "+900.0 %")


def test_what_a_generator_does_not_say_is_no_error_of_nought() -> None:
    markdown = table.accuracy([reading("autocannon", 0, {"p50": 0.010})], ["stalls"])
    assert cells(markdown, "autocannon")[4:] == ["+0.0 %", "not said", "not said"]


def test_a_load_that_is_not_asked_for_is_not_shown() -> None:
    assert "ours" not in table.accuracy([reading("ours", 0, {}, load="its capacity")], ["stalls"])
