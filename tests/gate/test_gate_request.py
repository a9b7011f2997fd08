"""What may be asked of a gate."""

from pathlib import Path
from typing import Any

import pytest

from mario_perf.builds.pizzeria_faults import baseline_words
from mario_perf.configuration.policy import CLIENT, OTLP, Policy, Service
from mario_perf.errors import UserError
from mario_perf.gate.gate_request import GateRequest, check, check_faults, check_metrics
from mario_perf.gate.load_levels import parse

ASKED: dict[str, Any] = {
    "demo": False,
    "against": None,
    "baseline": None,
    "baseline_url": None,
    "candidate_url": None,
    "restart": None,
    "users": None,
    "duration": None,
    "max_duration": 180.0,
    "rounds": None,
    "part": "alone",
    "until_decided": True,
    "round_duration": 5.0,
    "seed": None,
    "injected": (),
    "prometheus": None,
    "matchers": {},
    "replicas": {},
    "otlp_port": None,
    "ca": None,
    "insecure": False,
    "allow_host": (),
    "policy": None,
    "same_environment": False,
    "tags": (),
    "exclude_tags": (),
    "runs_dir": Path("runs"),
    "continued": None,
    "formats": (),
    "outputs": (),
}
URLS = {"baseline_url": "http://127.0.0.1:1", "candidate_url": "http://127.0.0.1:2"}

SERVED: tuple[dict[str, Any], ...] = (
    {"prometheus": "http://127.0.0.1:9090"},
    {"ca": Path("ca.pem")},
    {"insecure": True},
)


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ({}, ("alone", "load")),
        ({"demo": True}, ("alone", "load")),
        ({"against": "main", "max_duration": 120.0}, ("alone", "load")),
        ({"max_duration": 60.0}, ("alone",)),
        ({"rounds": 3}, ("alone",)),
        ({"baseline": ""}, ("alone",)),
        (URLS, ("alone",)),
        ({**URLS, "part": "both"}, ("alone", "load")),
        ({"rounds": 3, "part": "load"}, ("load",)),
        ({"part": "alone"}, ("alone",)),
    ],
)
def test_both_parts_are_played_where_the_gate_starts_the_builds_and_has_time(
    asked: dict[str, Any], parts: tuple[str, ...]
) -> None:
    assert gate_request(**{"part": None, **asked}).parts == parts


def gate_request(**asked: Any) -> GateRequest:
    return GateRequest(**{**ASKED, **asked})


def test_no_prometheus_reads_a_service_without_metrics() -> None:
    without = Policy(service=Service(metrics=CLIENT))
    check_metrics(gate_request(), without)
    with pytest.raises(UserError, match="--prometheus has nothing to read"):
        check_metrics(gate_request(prometheus="auto"), without)


@pytest.mark.parametrize("asked", [{}, {"prometheus": "auto"}])
def test_matchers_need_a_prometheus_that_runs_already(asked: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="--prometheus-match is for a running Prometheus"):
        check(gate_request(replicas={"candidate": {"job": "shop"}}, **asked))


def test_a_port_for_pushes_is_only_for_running_services_that_push() -> None:
    pushing = Policy(service=Service(metrics=OTLP))
    check_metrics(gate_request(otlp_port=4318, **URLS), pushing)
    for asked, policy in (
        (gate_request(otlp_port=4318), pushing),
        (gate_request(otlp_port=4318, **URLS), Policy()),
    ):
        with pytest.raises(UserError, match="--otlp-port is only for running services"):
            check_metrics(asked, policy)
    with pytest.raises(UserError, match="--prometheus cannot read"):
        check_metrics(gate_request(prometheus="auto"), pushing)


def test_faults_are_written_as_the_pizzeria_takes_them() -> None:
    asked = gate_request(injected=(("slow", "A=2"), ("slow", "B=3"), ("fail", "C=0.1")))
    assert asked.faults == ("--slow", "A=2", "--slow", "B=3", "--fail", "C=0.1")


def test_the_baseline_gets_the_same_faults_that_change_nothing() -> None:
    asked = gate_request(injected=(("slow", "A=2"), ("delay", "B=5ms"), ("grow", "C")))
    assert baseline_words(asked.injected) == ("--slow", "A=1", "--delay", "B=0ms", "--grow", "C=0")


def test_the_baseline_waits_where_the_candidate_waits_in_a_queue() -> None:
    asked = gate_request(injected=(("lock", "A=3ms"), ("pool", "B=2")))
    assert baseline_words(asked.injected) == ("--lock", "A=3ms", "--pool", "A=0", "--pool", "B=0")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"baseline": ""},
        {"baseline": "", "against": "v1"},
        {"prometheus": "auto"},
        {"demo": True, "injected": (("slow", "A=2"),)},
        URLS,
        {"levels": parse("25%,50%"), "part": "load"},
        *({**URLS, **more} for more in SERVED),
    ],
)
def test_what_goes_together_is_accepted(asked: dict[str, Any]) -> None:
    check(gate_request(**asked))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"baseline_url": "http://127.0.0.1:1"}, "give both"),
        ({**URLS, "against": "main"}, "cannot be built or changed"),
        ({**URLS, "baseline": ""}, "cannot be built or changed"),
        ({**URLS, "injected": (("slow", "A=2"),)}, "cannot be built or changed"),
        ({**URLS, "prometheus": "auto"}, "cannot be built or changed"),
        ({**URLS, "same_environment": True}, "--same-environment is only for builds that the gate starts"),
        ({"baseline": "b.json", "against": "v1"}, "b.json names stored runs, so --against has no effect"),
        ({"demo": True, "against": "main"}, "with itself; leave out --against"),
        ({"demo": True, "baseline": ""}, "with itself; leave out --against"),
        ({"demo": True, **URLS}, "with itself; leave out --against"),
        ({"prometheus": "http://127.0.0.1:9090"}, "use --prometheus auto"),
        ({"baseline": "", "part": "load"}, "needs two builds that run beside each other"),
        ({"levels": parse("20,40"), "baseline": "", "part": "load"}, "--levels needs two builds"),
        (
            {"levels": parse("20,40"), "part": "load", "max_duration": 60.0},
            "2 levels need at least 69 s; give --max-duration",
        ),
        ({"insecure": True}, "are only for running services; give --baseline-url"),
        ({"ca": Path("ca.pem")}, "are only for running services; give --baseline-url"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_started(
    asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        check(gate_request(**asked))


def test_only_the_embedded_pizzeria_takes_faults() -> None:
    slowed = gate_request(injected=(("slow", "A=2"),))
    check_faults(slowed, Policy())
    check_faults(gate_request(), Policy(service=Service(start=("serve",))))
    with pytest.raises(
        UserError, match=r"work only with the built-in pizzeria; leave out .*, or \[service\]"
    ):
        check_faults(slowed, Policy(service=Service(start=("serve",))))
