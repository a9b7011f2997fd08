"""The command line says what is wrong in one line."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from loadtests.options import Options, add_arguments, think_range
from loadtests.redaction import without_credentials


def parsed(*words: str) -> Options:
    parser = ArgumentParser()
    add_arguments(parser)
    return Options.of(parser.parse_args(words))


def test_without_flags_there_is_one_target_and_a_warm_up() -> None:
    options = parsed()
    assert (options.duet, options.seed, options.scenario) == (None, 1, "mario")
    assert (options.warm_up, options.quiet, options.think) == (5.0, 1.2, (0.05, 0.2))
    assert (options.metrics_path, options.scrape_interval) == ("/metrics", 1.0)
    assert options.runs_dir == Path.cwd() / "runs"


def test_every_flag_is_read() -> None:
    options = parsed(
        *("--duet", "http://b", "--seed", "9", "--scenario", "s", "--warm-up", "0", "--quiet", "2"),
        *("--think", "0", "--run-id", "r.1-a", "--metrics-path", "/m", "--scrape-interval", "0.5"),
        *("--revision", "new", "--baseline-revision", "old", "--runs-dir", "/tmp/elsewhere"),
    )
    assert options == Options(
        "http://b", 9, "s", 0.0, 2.0, (0.0, 0.0), Path("/tmp/elsewhere"), "r.1-a", "/m", 0.5, "new", "old"
    )


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        ("--think", "0.2:0.1", "shorter first"),
        ("--think", "soon", "0.05:0.2"),
        ("--think", "-1:1", "no range"),
        ("--think", "0:inf", "no range"),
        ("--warm-up=-1", None, "negative"),
        ("--quiet", "nan", "no number"),
        ("--scrape-interval", "0", "not positive"),
        ("--run-id", "../up", "folder"),
        ("--run-id", "latest", "folder"),
    ],
)
def test_a_bad_value_is_refused_with_the_reason(
    flag: str, value: str | None, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [flag] if value is None else [f"{flag}={value}"]
    with pytest.raises(SystemExit) as stopped:
        parsed(*words)
    assert stopped.value.code == 2
    assert reason in capsys.readouterr().err


def test_one_number_is_a_range_of_one() -> None:
    assert think_range("0.1") == (0.1, 0.1)


def test_credentials_are_taken_out_of_urls_and_nothing_else() -> None:
    assert without_credentials("http://u:p@h:1/a?b=c@d") == "http://h:1/a?b=c@d"
    assert without_credentials("http://h/a@b") == "http://h/a@b"
