"""The command line explains each error in one line."""

import json
import re
import ssl
from argparse import ArgumentParser, Namespace
from pathlib import Path

import certifi
import pytest

from mario_perf.load.arrivals.shapes import Shape, Stage
from mario_perf.load.credentials import without_credentials
from mario_perf.load.options.argument_types import think_time
from mario_perf.load.options.arguments import add_arguments
from mario_perf.load.options.resolution import resolve
from mario_perf.load.options.run_options import Options
from tests.load.option_parsing import options, resolved


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A file with one certificate."""
    first, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition("-----END CERTIFICATE-----\n")
    path = tmp_path / "authority.pem"
    path.write_text(first + end, encoding="utf-8")
    return path


def test_defaults_are_one_target_and_a_warm_up() -> None:
    given = options()
    assert (given.duet, given.seed, given.rate, given.shape.name) == (None, 1, None, "steady")
    assert (given.warm_up, given.quiet, given.think) == (5.0, 1.2, (0.05, 0.2))
    assert (given.metrics_path, given.scrape_interval) == ("/metrics", 1.0)
    assert given.runs_dir == Path.cwd() / "runs"


def test_options_hold_the_value_of_each_flag() -> None:
    given = options(
        *("--duet", "http://b", "--seed", "9", "--scenario", "s", "--warm-up", "0", "--quiet", "2"),
        *("--think", "0", "--run-id", "r.1-a", "--metrics-path", "/m", "--scrape-interval", "0.5"),
        *("--revision", "new", "--baseline-revision", "old", "--runs-dir", "/tmp/elsewhere"),
        *("--insecure", "--rate", "12.5", "--max-users", "90", "--arrivals", "constant"),
        *("--shape", "smoke", "--window", "4", "--request-timeout", "30"),
        *("--allow-host", "Stage.test", "--allow-host", "10.0.0.1", "--reference", "http://r/"),
        *("--pid", "41", "--baseline-pid", "42"),
    )
    assert given == Options(
        duet="http://b",
        reference="http://r",
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
        allowed_hosts=frozenset({"stage.test", "10.0.0.1"}),
        pids={"candidate": 41, "baseline": 42},
    )


def test_the_default_scenario_is_named_after_the_locustfile() -> None:
    assert resolved().scenario == "shop"
    assert resolved("--scenario", "read-heavy").scenario == "read-heavy"
    assert resolved(locustfile="load/shop.py,load/exporter.py").scenario == "shop"


def test_a_closed_model_leaves_users_and_run_time_to_locust() -> None:
    options = resolved()
    assert (options.run_time, options.num_users, options.spawn_rate) == (None, None, None)


def test_an_open_model_starts_with_one_seconds_worth_of_users_and_ends_with_its_shape() -> None:
    options = resolved("--rate", "30", "--shape", "spike")
    assert (options.num_users, options.spawn_rate, options.run_time) == (30, 30, None)
    assert resolved("--rate", "0.5").num_users == 10
    given = resolved("--rate", "30", num_users=7, spawn_rate=3, run_time=12)
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
def test_the_maximum_pool_is_five_seconds_worth_of_arrivals_unless_given(
    rate: str, users: int | None, max_users: str | None, pool: tuple[int, int]
) -> None:
    most = () if max_users is None else ("--max-users", max_users)
    options = resolved("--rate", rate, *most, num_users=users)
    assert (options.num_users, Options.from_parsed(options).max_users) == pool


def test_a_maximum_pool_below_the_initial_pool_is_refused() -> None:
    with pytest.raises(ValueError, match="--max-users 5 is less than --users 6, the initial user pool"):
        resolved("--rate", "30", "--max-users", "5", num_users=6)


def test_max_users_without_a_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="--max-users is for an open model; give --rate, too"):
        resolved("--max-users", "5", num_users=5)


def test_each_run_of_the_web_ui_resolves_its_options_anew() -> None:
    options = resolved("--rate", "30")
    options.rate, options.num_users = 300, 300
    resolve(options)
    assert options.user_limit == 1500
    options.rate = None
    resolve(options)
    assert Options.from_parsed(options).max_users == 0


def test_the_users_of_a_high_rate_start_within_seconds() -> None:
    options = resolved("--rate", "10000", run_time=60)
    assert options.num_users == 10_000
    assert options.num_users / options.spawn_rate <= 3


@pytest.mark.parametrize(
    ("run_time", "spawn_rate", "reason"),
    [
        (6, None, "users take 0 s to start, then come --warm-up 5 s and --quiet 1.2 s"),
        (20, 10, "150 users take 14 s to start"),
        (300, 0.5, "150 users take 298 s to start"),
    ],
)
def test_a_run_time_too_short_for_a_window_is_refused(
    run_time: int, spawn_rate: float | None, reason: str
) -> None:
    with pytest.raises(ValueError, match=f"--run-time {run_time} s ends before .*: .*{re.escape(reason)}"):
        resolved("--rate", "150", run_time=run_time, spawn_rate=spawn_rate)


def test_resolving_twice_changes_nothing() -> None:
    options = resolved("--rate", "30", "--shape", "spike")
    before = vars(options).copy()
    resolve(options)
    assert vars(options) == before


def test_own_shapes_are_added_to_the_built_in_ones(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("lunch = [{ seconds = 10, start = 0, end = 1 }]\n")
    assert options("--shapes", str(path), "--shape", "lunch").shape.stages == (Stage(10.0, 0.0, 1.0),)
    assert options("--shapes", str(path), "--shape", "ramp").shape.name == "ramp"


def test_workers_get_the_content_of_files_that_only_the_master_has(tmp_path: Path, authority: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("lunch = [{ seconds = 10, start = 0, end = 1 }]\n")
    master = resolved("--shapes", str(path), "--shape", "lunch", "--ca", str(authority))
    path.unlink()
    worker = Options.from_parsed(Namespace(**json.loads(json.dumps(vars(master)))))
    assert worker.shape == Shape("lunch", (Stage(10.0, 0.0, 1.0),))
    assert worker.tls().cert_store_stats()["x509_ca"] == 1


def test_certificates_are_verified_unless_insecure_is_given(authority: Path) -> None:
    assert options().tls().verify_mode == ssl.CERT_REQUIRED
    assert options("--ca", str(authority)).tls().verify_mode == ssl.CERT_REQUIRED
    assert options("--insecure").tls().verify_mode == ssl.CERT_NONE


@pytest.mark.parametrize("content", [None, "", "no certificate", "ä"])
def test_a_file_without_certificates_is_refused(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValueError, match=re.escape(f"{path}: ")):
        options("--ca", str(path))


def test_an_unknown_shape_is_refused_with_a_list_of_shapes() -> None:
    with pytest.raises(ValueError, match="--shape lunch: no such shape; choose one of smoke, steady, ramp"):
        options("--shape", "lunch")


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        ("--think", "0.2:0.1", "shorter time first"),
        ("--think", "soon", "0.05:0.2"),
        ("--think", "-1:1", "not a range"),
        ("--think", "0:inf", "not a range"),
        ("--warm-up=-1", None, "negative"),
        ("--quiet", "nan", "not a number"),
        ("--scrape-interval", "0", "not positive"),
        ("--rate", "0", "not positive"),
        ("--rate", "many", "not a number"),
        ("--rate", "1e7", "than any machine can send"),
        ("--max-users", "0", "not positive"),
        ("--max-users", "2.5", "not a whole number"),
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


def test_each_sentence_of_the_help_is_short() -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    texts = [action.help or "" for action in parser._actions]
    texts += [group.description or "" for group in parser._action_groups]
    sentences = [sentence for text in texts for sentence in re.split(r"[.;:] ", text)]
    assert [sentence for sentence in sentences if len(sentence.split()) > 25] == []


def test_a_single_think_time_is_a_fixed_pause() -> None:
    assert think_time("0.1") == (0.1, 0.1)


def test_only_credentials_are_removed_from_urls() -> None:
    assert without_credentials("http://u:p@ss@h:1/a?b=c@d&e=f is down") == "http://h:1/a?b=***&e=*** is down"
    assert without_credentials("http://h/a@b") == "http://h/a@b"


@pytest.mark.parametrize(
    ("words", "locust_options"),
    [
        (("--rate", "9", "--window", "5"), {}),
        (("--duet", "http://127.0.0.1:2", "--window", "5"), {}),
        (("--duet", "http://127.0.0.1:2", "--rate", "9"), {}),
        (("--duet", "http://127.0.0.1:2", "--rate", "9", "--window", "5"), {"processes": 2}),
    ],
)
def test_builds_take_turns_only_in_an_open_duet_of_one_process(
    words: tuple[str, ...], locust_options: dict[str, object]
) -> None:
    known = {"master": False, "worker": False, "processes": None, **locust_options}
    with pytest.raises(ValueError, match="--alternate"):
        resolved(*words, "--alternate", "0.5", **known)
