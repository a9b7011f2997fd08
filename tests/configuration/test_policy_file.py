from dataclasses import replace
from pathlib import Path

import pytest

from mario_perf.configuration import policy_file
from mario_perf.configuration.policy import Load, Policy, Service, Thresholds
from mario_perf.configuration.service_metrics import CQRS, Metrics
from mario_perf.errors import PolicyError

REPOSITORY = Path(__file__).parents[2]


def test_an_empty_file_says_the_defaults() -> None:
    assert policy_file.parse("") == Policy()


def test_the_committed_perf_toml_says_the_defaults_it_shows() -> None:
    text = (REPOSITORY / "perf.toml").read_text()
    shown = {
        line.removeprefix("# ").split("=")[0].strip()
        for line in text.splitlines()
        if line.startswith("# ") and " = " in line
    }
    listed = {line.split(" = ")[0].split(".")[1] for line in policy_file.defaults().splitlines()}
    assert policy_file.parse(text) == Policy()
    assert listed - {"ignore"} <= shown


def test_an_operation_overrides_only_what_it_names() -> None:
    policy = policy_file.parse(
        '[thresholds]\nmin_samples = 30\n[limits]\np95 = "50ms"\n'
        '[operations.GetMenuQuery]\np95 = "1s"\n[operations.AddPizzaCommand]\nignore = true\n'
    )
    common = Thresholds(min_samples=30, p95=0.05)
    assert policy.of("PlaceOrderCommand") == common
    assert policy.of("GetMenuQuery") == replace(common, p95=1.0)
    assert policy.of("AddPizzaCommand") == replace(common, ignore=True)


def test_single_names_of_the_contract_can_be_replaced() -> None:
    metrics = policy_file.parse('[metrics]\nexecutions = "done_total"\n').metrics
    assert metrics == replace(CQRS, executions="done_total")


def test_a_histogram_of_ones_own_stands_alone() -> None:
    metrics = policy_file.parse(
        '[metrics]\nduration = "http_seconds"\nname_label = "route"\n'
        'status_label = "code"\nfailing_status = "5.."\n'
    ).metrics
    assert metrics == Metrics(
        duration="http_seconds",
        unit="seconds",
        name_label=("route",),
        kind_label=None,
        ignored_kinds=(),
        status_label="code",
        failing_status="5..",
        error_type_label=None,
        executions=None,
        failures=None,
    )


def test_one_label_or_several_name_an_operation() -> None:
    one = policy_file.parse('[metrics]\nduration = "x_us"\nname_label = []\n').metrics
    assert (one.name_label, one.unit, one.name_of({"shard": "a"})) == ((), "microseconds", "x_us")
    several = policy_file.parse('[metrics]\nname_label = ["method", "route"]\n').metrics
    assert several.name_label == ("method", "route")


def test_service_and_load_are_read_for_the_gate() -> None:
    policy = policy_file.parse(
        '[service]\nstart = ["./serve", "{port}"]\n[load]\nusers = 5\nduration = "30s"\n'
        'locustfile = "load/shop.py"\nscenario = "lunch"\nrate = 12\narrivals = "constant"\n'
    )
    assert policy.service == Service(start=("./serve", "{port}"))
    assert policy.load == Load(
        users=5, duration=30.0, locustfile="load/shop.py", scenario="lunch", rate=12.0, arrivals="constant"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[gate]\n\nfalse_alarm = 1\n",
            r"p\.toml:3: gate\.false_alarm is unknown; nearest: false_alarm_rate",
        ),
        ("[gat]\n", r"p\.toml:1: gat is unknown; nearest: gate"),
        ("[operations.A]\nmin_sample = 1\n", r"p\.toml:2: operations\.A\.min_sample is unknown.*min_samples"),
        ('[limits]\np95 = "50"\n', r"p\.toml:2: limits\.p95: '50' is not a duration"),
        ("[gate]\nfalse_alarm_rate = 2\n", r"p\.toml:2: gate\.false_alarm_rate: Input should be less"),
        ('[metrics]\nfailing_status = "("\n', r"p\.toml:2: metrics\.failing_status: '\(' is not a regular"),
        ('[metrics]\nduration = "x_seconds"\n', r"p\.toml:1: metrics: name_label is missing"),
        ('[metrics]\nduration = "x"\nname_label = "y"\n', r"p\.toml:1: metrics: x does not show its unit"),
        ("[service]\nstart = []\n", r"p\.toml:2: service\.start: [a-zA-Z ]+ should have at least 1 item"),
        ('[service]\nready = "health"\n', r'p\.toml:2: service\.ready: a path .* slash; write "/health"'),
        ('[service]\nmetrics = "m"\n', r'p\.toml:2: service\.metrics: a path .* slash; write "/m"'),
        ("x = \n", r"p\.toml: Invalid value"),
    ],
)
def test_an_error_names_the_line_and_what_to_do(text: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message) as raised:
        policy_file.parse(text, "p.toml")
    assert "\n" not in str(raised.value)


def test_an_indicator_replaces_the_one_of_every_process_that_has_its_name() -> None:
    text = '[[indicators]]\nname = "CPU time"\nmetric = "cpu_seconds_total"\nunit = "seconds"\nnoise = 0.05\n'
    found = [each for each in policy_file.parse(text).indicators if each.name == "CPU time"]
    assert [(each.metric, each.noise) for each in found] == [("cpu_seconds_total", 0.05)]


def test_a_policy_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no such file; mario-perf init URL writes one"):
        policy_file.load(tmp_path / "none.toml")


def test_without_a_file_the_defaults_apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert policy_file.load() == Policy()


def test_a_ready_made_setup_is_a_word_and_any_other_a_list() -> None:
    assert policy_file.parse('[service]\nsetup = "pip"\n').service == Service(setup=("pip",))
    assert policy_file.parse('[service]\nsetup = ["make", "build"]\n').service == Service(
        setup=("make", "build")
    )
    assert policy_file.parse("[service]\nsetup = []\n").service == Service(setup=())
    assert policy_file.parse('[service]\nready = "/up"\n').service == Service(ready="/up")


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        (
            'setup = "make"',
            r"'make' is not a setup; write one of pip, uv, npm, or a command as a list of words",
        ),
        (
            'setup = ["make"]\nstart = ["{environment}/serve"]',
            r"start names \{environment\}, but no setup makes",
        ),
        ('start = ["{environment}/serve"]', r"start names \{environment\}, but no setup makes"),
    ],
)
def test_a_setup_that_cannot_be_is_refused(setup: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        policy_file.parse(f"[service]\n{setup}\n")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 100_000,
        "[load]\nseed = " + "9" * 10_000,
        "[thresholds]\nnoise = " + "9" * 4_000,
        "a." * 100_000 + "b = 1",
        "x = [" + "[\n" * 5_000,
    ],
    ids=["deep", "digits", "number", "keys", "lines"],
)
def test_what_is_deep_or_huge_is_an_error_in_one_line(text: str) -> None:
    with pytest.raises(PolicyError, match=r"^perf.toml.*"):
        policy_file.parse(text)


@pytest.mark.parametrize(
    "line",
    [
        "[load]\nusers = 1" + "0" * 4_000,
        "[load]\nusers = 1" + "0" * 5_000,
        "[load]\nseed = 99999999999999999999",
        "[load]\nrate = inf",
        "[thresholds]\nlatency_noise = nan",
        '[load]\nscenario = "../x"',
        '[load]\nduration = "9' + "9" * 400 + 's"',
        '[metrics]\nfailing_status = "[[5]"',
    ],
)
def test_a_value_without_a_meaning_is_refused_in_a_line(line: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy_file.parse(line)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
