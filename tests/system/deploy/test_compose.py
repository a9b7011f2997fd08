"""The compose file and what Grafana is provisioned with."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[3] / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
every_service = pytest.mark.parametrize("name", SERVICES)


def provisioned(kind: str) -> dict[str, Any]:
    (file,) = (DEPLOY / f"grafana/provisioning/{kind}").glob("*.yml")
    content: dict[str, Any] = yaml.safe_load(file.read_text())
    return content


def mounts(name: str) -> dict[str, Path]:
    """Files and folders of ours by where a service sees them."""
    pairs = (volume.split(":")[:2] for volume in SERVICES[name].get("volumes", ()))
    return {inside: DEPLOY / outside for outside, inside in pairs if outside.startswith(".")}


def test_it_is_valid_by_the_compose_specification() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@every_service
def test_every_image_is_pinned_or_our_own_and_says_whether_it_is_well(name: str) -> None:
    service = SERVICES[name]
    tag = service["image"].rpartition(":")[2]
    assert "build" in service or tag.lstrip("v").replace(".", "").isdecimal()
    assert service["healthcheck"]["test"][0] == "CMD"


def test_our_own_image_is_built_on_one_that_stays_the_same() -> None:
    bases = re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim", bases[0])


@every_service
def test_every_file_that_is_mounted_or_built_from_exists(name: str) -> None:
    assert all(path.exists() for path in mounts(name).values())
    if build := SERVICES[name].get("build"):
        assert (DEPLOY / build["context"] / build["dockerfile"]).exists()


def test_ports_are_those_that_the_documents_say_and_open_to_this_machine_only() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "pizzeria": ["127.0.0.1:8080:8080"],
        "prometheus": ["127.0.0.1:9090:9090"],
        "grafana": ["127.0.0.1:3001:3000"],
        "load": ["127.0.0.1:8089:8089"],
        "history": ["127.0.0.1:5432:5432"],
    }


def test_the_load_generator_starts_with_the_rest_so_that_its_dashboard_can_fill() -> None:
    assert not any("profiles" in service for service in SERVICES.values())


def test_grafana_finds_prometheus_the_history_and_the_dashboards_where_they_are() -> None:
    source, history = provisioned("datasources")["datasources"]
    (provider,) = provisioned("dashboards")["providers"]
    assert source["url"] == "http://prometheus:9090"
    database = SERVICES["history"]["environment"]
    assert (history["user"], history["jsonData"]["database"], history["secureJsonData"]["password"]) == (
        database["POSTGRES_USER"],
        database["POSTGRES_DB"],
        database["POSTGRES_PASSWORD"],
    )
    assert mounts("grafana")[provider["options"]["path"]] == DEPLOY / "./grafana/json"
    home = Path(SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (mounts("grafana")[str(home.parent)] / home.name).exists()


def test_prometheus_scrapes_services_that_there_are() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    targets = [
        target
        for job in config["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
    ]
    assert {target.partition(":")[0] for target in targets} <= set(SERVICES)
    assert (
        provisioned("datasources")["datasources"][0]["jsonData"]["timeInterval"]
        == (config["global"]["scrape_interval"])
    )
