"""Load stays on this machine unless somebody names another host."""

from __future__ import annotations

import socket
import ssl
from time import perf_counter
from typing import TYPE_CHECKING

import pytest
from locust.env import Environment

from mario_perf import allowed_hosts
from mario_perf.allowed_hosts import HostNotAllowedError
from mario_perf.configuration.policy import Load, Policy
from mario_perf.errors import UserError
from mario_perf.gate.gate_session import running_target
from mario_perf.gate.load_plan import LoadRequest, plan_load
from mario_perf.load.http1.http_connection import Limits, connect
from mario_perf.load.http1.http_errors import ConnectError
from mario_perf.load.http1.target import Origin
from mario_perf.load.record import load_model
from mario_perf.load.users.measured_user import MeasuredUser
from tests.load.option_parsing import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = Limits(connection_timeout=1, network_timeout=1, timeout=1, max_head_bytes=999, max_body_bytes=999)
NAMES = {
    "shop.test": ["127.0.0.1", "::1"],
    "stage.test": ["203.0.113.9"],
    "half.test": ["127.0.0.1", "203.0.113.9"],
}


@pytest.fixture(autouse=True)
def _name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Names of the test, and numbers as they are."""

    def resolve(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host.endswith(".unknown"):
            raise socket.gaierror
        return [(0, 0, 0, "", (address, 0)) for address in NAMES.get(host, [host])]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(allowed_hosts, "_allowed", None)
    allowed_hosts._is_loopback.cache_clear()
    yield
    allowed_hosts._is_loopback.cache_clear()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "0.0.0.0", "::ffff:127.0.0.1", "shop.test", "x.unknown"]
)
def test_this_machine_is_allowed_by_each_of_its_names(host: str) -> None:
    allowed_hosts.check(host, ())


@pytest.mark.parametrize("host", ["203.0.113.9", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", "half.test"])
def test_another_machine_is_refused_with_the_flag_that_allows_it(host: str) -> None:
    with pytest.raises(HostNotAllowedError, match=f"give --allow-host {host}, or write hosts = "):
        allowed_hosts.check(host, ())
    allowed_hosts.check(host, {host})


def test_users_connect_anywhere_only_while_no_run_has_begun() -> None:
    allowed_hosts.check_connection("stage.test")
    allowed_hosts.allow(["Shop.test"])
    with pytest.raises(HostNotAllowedError):
        allowed_hosts.check_connection("stage.test")
    allowed_hosts.allow(["STAGE.test"])
    allowed_hosts.check_connection("stage.test")


def test_a_redirect_or_a_step_to_another_machine_opens_no_connection() -> None:
    allowed_hosts.allow(())
    elsewhere = Origin("http", "stage.test", 80)
    with pytest.raises(ConnectError, match=r"--allow-host stage\.test"):
        connect(elsewhere, LIMITS, ssl.create_default_context, perf_counter() + 1)


def test_a_running_service_elsewhere_is_refused_before_it_gets_a_request() -> None:
    plan = plan_load(Policy(), None, LoadRequest(window=1.0))
    with pytest.raises(UserError, match=r"^http://stage\.test:80: stage\.test is not this machine"):
        running_target("http://stage.test:80", "/metrics", plan)


def test_locust_is_told_the_hosts_of_the_policy_and_of_the_command() -> None:
    policy = Policy(load=Load(hosts=("stage.test",)))
    plan = plan_load(policy, None, LoadRequest(window=1.0, hosts=("10.0.0.1",)))
    assert plan.hosts == ("stage.test", "10.0.0.1")


@pytest.mark.parametrize(("host", "duet"), [("stage.test", "shop.test"), ("shop.test", "stage.test")])
def test_locust_refuses_another_machine_as_either_side(host: str, duet: str) -> None:
    environment = Environment(host=f"http://{host}", user_classes=[MeasuredUser])
    with pytest.raises(HostNotAllowedError, match=r"--allow-host stage\.test"):
        load_model.apply(environment, resolved("--duet", f"http://{duet}:81"))
