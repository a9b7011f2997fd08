"""The command line says what is wrong in one line."""

import json
import re
import ssl
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from mario_perf.load.arrivals.shapes import Shape, Stage
from mario_perf.load.credentials import without_credentials
from mario_perf.load.options import Options, add_arguments, settle, think_range
from tests.loadtests.asked import options


def test_without_flags_there_is_one_target_and_a_warm_up() -> None:
    given = options()
    assert (given.duet, given.seed, given.rate, given.shape.name) == (None, 1, None, "steady")
    assert (given.warm_up, given.quiet, given.think) == (5.0, 1.2, (0.05, 0.2))
    assert (given.metrics_path, given.scrape_interval) == ("/metrics", 1.0)
    assert given.runs_dir == Path.cwd() / "runs"


def test_every_flag_is_read() -> None:
    given = options(
        *("--duet", "http://b", "--seed", "9", "--scenario", "s", "--warm-up", "0", "--quiet", "2"),
        *("--think", "0", "--run-id", "r.1-a", "--metrics-path", "/m", "--scrape-interval", "0.5"),
        *("--revision", "new", "--baseline-revision", "old", "--runs-dir", "/tmp/elsewhere"),
        *("--insecure", "--rate", "12.5", "--max-users", "90", "--arrivals", "constant"),
        *("--shape", "smoke", "--window", "4", "--request-timeout", "30"),
    )
    assert given == Options(
        duet="http://b",
        seed=9,
        scenario="s",
        rate=12.5,
        max_users=90,
        arrivals="constant",
        shape=Shape("smoke", (Stage(30.0, 0.1, 0.1),)),
        warm_up=0.0,
        window=4.0,
        quiet=2.0,
        request_timeout=30.0,
        think=(0.0, 0.0),
        runs_dir=Path("/tmp/elsewhere"),
        run_id="r.1-a",
        metrics_path="/m",
        scrape_interval=0.5,
        insecure=True,
        ca=None,
        revision="new",
        baseline_revision="old",
    )


def settled(*words: str, **of_locust: object) -> Namespace:
    """With Locust's own options as it has parsed them."""
    parser = ArgumentParser()
    add_arguments(parser)
    given = {
        "locustfile": "load/shop.py",
        "run_time": None,
        "num_users": None,
        "spawn_rate": None,
        **of_locust,
    }
    options = parser.parse_args(words, Namespace(**given))
    settle(options)
    return options


def test_a_scenario_without_a_name_is_called_like_its_locustfile() -> None:
    assert settled().scenario == "shop"
    assert settled("--scenario", "read-heavy").scenario == "read-heavy"
    assert settled(locustfile="load/shop.py,load/exporter.py").scenario == "shop"


def test_a_closed_model_leaves_users_and_length_to_locust() -> None:
    options = settled()
    assert (options.run_time, options.num_users, options.spawn_rate) == (None, None, None)


def test_an_open_model_has_users_for_a_second_of_arrivals_and_ends_with_its_shape() -> None:
    options = settled("--rate", "30", "--shape", "spike")
    assert (options.num_users, options.spawn_rate, options.run_time) == (30, 30, None)
    assert settled("--rate", "0.5").num_users == 10
    given = settled("--rate", "30", num_users=7, spawn_rate=3, run_time=12)
    assert (given.run_time, given.num_users, given.spawn_rate) == (12, 7, 3)


@pytest.mark.parametrize(
    ("rate", "users", "max_users", "pool"),
    [
        ("30", None, None, (30, 150)),
        ("0.5", None, None, (10, 10)),
        ("30", 7, None, (7, 150)),
        ("30", 400, None, (400, 400)),
        ("30", None, "200", (30, 200)),
        ("30", None, "4", (4, 4)),
        ("30", 2, "2", (2, 2)),
    ],
)
def test_the_users_of_an_open_model_grow_to_five_seconds_of_arrivals_or_what_was_asked_for(
    rate: str, users: int | None, max_users: str | None, pool: tuple[int, int]
) -> None:
    most = () if max_users is None else ("--max-users", max_users)
    options = settled("--rate", rate, *most, num_users=users)
    assert (options.num_users, Options.of(options).max_users) == pool


def test_fewer_users_at_the_most_than_at_the_start_are_refused() -> None:
    with pytest.raises(ValueError, match="--max-users 5 are fewer than --users 6, who are there from the st"):
        settled("--rate", "30", "--max-users", "5", num_users=6)


def test_a_limit_without_a_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="--max-users is for an open model; give --rate, too"):
        settled("--max-users", "5", num_users=5)


def test_what_was_settled_for_one_run_of_the_web_ui_does_not_bind_the_next() -> None:
    options = settled("--rate", "30")
    options.rate, options.num_users = 300, 300
    settle(options)
    assert options.most_users == 1500
    options.rate = None
    settle(options)
    assert Options.of(options).max_users == 0


def test_the_users_of_a_high_rate_are_there_within_seconds() -> None:
    options = settled("--rate", "10000", run_time=60)
    assert options.num_users == 10_000
    assert options.num_users / options.spawn_rate <= 3


@pytest.mark.parametrize(
    ("run_time", "spawn_rate", "reason"),
    [
        (6, None, "users are there after 0 s, then come --warm-up 5 s and --quiet 1.2 s"),
        (20, 10, "150 users are there after 14 s"),
        (300, 0.5, "150 users are there after 298 s"),
    ],
)
def test_an_open_model_without_time_for_a_window_is_refused(
    run_time: int, spawn_rate: float | None, reason: str
) -> None:
    with pytest.raises(ValueError, match=f"--run-time {run_time} s is over .*: .*{re.escape(reason)}"):
        settled("--rate", "150", run_time=run_time, spawn_rate=spawn_rate)


def test_settling_twice_is_settling_once() -> None:
    options = settled("--rate", "30", "--shape", "spike")
    before = vars(options).copy()
    settle(options)
    assert vars(options) == before


def test_shapes_of_ones_own_stand_beside_the_others(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("lunch = [{ seconds = 10, start = 0, end = 1 }]\n")
    assert options("--shapes", str(path), "--shape", "lunch").shape.stages == (Stage(10.0, 0.0, 1.0),)
    assert options("--shapes", str(path), "--shape", "ramp").shape.name == "ramp"


def test_what_files_say_reaches_workers_that_do_not_have_them(tmp_path: Path, self_signed: Path) -> None:
    """A worker has what its master settled, not the files that the options name."""
    path = tmp_path / "mine.toml"
    path.write_text("lunch = [{ seconds = 10, start = 0, end = 1 }]\n")
    of_master = settled("--shapes", str(path), "--shape", "lunch", "--ca", str(self_signed))
    path.unlink()
    of_worker = Options.of(Namespace(**json.loads(json.dumps(vars(of_master)))))
    assert of_worker.shape == Shape("lunch", (Stage(10.0, 0.0, 1.0),))
    assert of_worker.tls().cert_store_stats()["x509_ca"] == 1


def test_any_certificate_will_do_only_where_that_was_asked_for(self_signed: Path) -> None:
    assert options().tls().verify_mode == ssl.CERT_REQUIRED
    assert options("--ca", str(self_signed)).tls().verify_mode == ssl.CERT_REQUIRED
    assert options("--insecure").tls().verify_mode == ssl.CERT_NONE


@pytest.mark.parametrize("content", [None, "", "no certificate", "ä"])
def test_a_file_without_certificates_is_refused(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValueError, match=re.escape(f"{path}: ")):
        options("--ca", str(path))


def test_an_unknown_shape_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="--shape lunch: no such shape; choose one of smoke, steady, ramp"):
        options("--shape", "lunch")


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
        ("--rate", "0", "not positive"),
        ("--rate", "many", "no number"),
        ("--rate", "1e7", "than any machine makes"),
        ("--max-users", "0", "not positive"),
        ("--max-users", "2.5", "no whole number"),
        ("--arrivals", "sometimes", "constant"),
        ("--run-id", "../up", "folder"),
        ("--run-id", "latest", "folder"),
    ],
)
def test_a_bad_value_is_refused_with_the_reason(
    flag: str, value: str | None, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [flag] if value is None else [f"{flag}={value}"]
    with pytest.raises(SystemExit) as stopped:
        options(*words)
    assert stopped.value.code == 2
    assert reason in capsys.readouterr().err


def test_one_number_is_a_range_of_one() -> None:
    assert think_range("0.1") == (0.1, 0.1)


def test_credentials_are_taken_out_of_urls_and_nothing_else() -> None:
    assert without_credentials("http://u:p@ss@h:1/a?b=c@d&e=f is down") == "http://h:1/a?b=***&e=*** is down"
    assert without_credentials("http://h/a@b") == "http://h/a@b"
