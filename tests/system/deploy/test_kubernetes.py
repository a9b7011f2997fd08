"""The Kubernetes manifests: by the schemas of Kubernetes, and what schemas do not see."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy/kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())

Manifest = dict[str, Any]

MANIFESTS: list[Manifest] = [
    manifest
    for file in sorted(FOLDER.glob("*.yaml"))
    if file.name != "kustomization.yaml"
    for manifest in yaml.safe_load_all(file.read_text())
]
WORKLOADS = [manifest for manifest in MANIFESTS if manifest["kind"] in {"Deployment", "Job"}]
SERVICES = {manifest["metadata"]["name"]: manifest for manifest in MANIFESTS if manifest["kind"] == "Service"}

OLDEST, NEWEST = "1.25", "1.37"
"""Versions of Kubernetes; the oldest is the first that enforces pod security by a namespace's label."""

PARSE = """
import json, sys
sys.path.insert(0, "loadtests")
import mario
from locust.argument_parser import get_parser
print(json.dumps(vars(get_parser().parse_args(sys.argv[1:])), default=str))
"""


def named(manifest: Manifest) -> str:
    """``Deployment pizzeria``."""
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def labels(workload: Manifest) -> dict[str, str]:
    """What the pods of a workload are labelled with."""
    found: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return found


def container(workload: Manifest) -> dict[str, Any]:
    """The only one."""
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    return dict(only)


def workload(name: str) -> Manifest:
    """By its name."""
    (found,) = (each for each in WORKLOADS if each["metadata"]["name"] == name)
    return found


def selected(selector: dict[str, str]) -> list[Manifest]:
    """The workloads whose pods have these labels."""
    return [each for each in WORKLOADS if selector.items() <= labels(each).items()]


def open_ports(workloads: list[Manifest]) -> dict[str, int]:
    """Those of their containers, by name."""
    return {port["name"]: port["containerPort"] for each in workloads for port in container(each)["ports"]}


@lru_cache
def parsed(name: str) -> dict[str, Any]:
    """The arguments of a workload, as Locust with the load's own options understands them."""
    command, *arguments = container(workload(name))["args"]
    assert command == "locust"
    done = subprocess.run(
        [sys.executable, "-c", PARSE, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    understood: dict[str, Any] = json.loads(done.stdout)
    return understood


def address(url: str) -> tuple[str, int]:
    """Name and port of ``http://name:port`` or ``name:port``."""
    name, port = url.removeprefix("http://").split(":")
    return name, int(port)


def served() -> set[tuple[str, int]]:
    """Where the services of the cluster answer."""
    return {(name, port["port"]) for name, each in SERVICES.items() for port in each["spec"]["ports"]}


every_manifest = pytest.mark.parametrize("manifest", MANIFESTS, ids=named)
every_workload = pytest.mark.parametrize("deployed", WORKLOADS, ids=named)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@every_manifest
def test_every_manifest_is_valid_and_has_no_key_that_kubernetes_does_not_know(
    manifest: Manifest, version: str
) -> None:
    assert kubernetes_validate.validate(manifest, version, strict=True) == version


def test_a_manifest_with_a_misspelt_key_would_be_seen() -> None:
    spoilt = json.loads(json.dumps(workload("pizzeria")))
    spoilt["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readynessProbe"):
        kubernetes_validate.validate(spoilt, NEWEST, strict=True)


def test_the_kustomization_has_every_file_but_the_one_for_afterwards() -> None:
    files = {file.name for file in FOLDER.glob("*.yaml")}
    assert set(KUSTOMIZATION["resources"]) == files - {"kustomization.yaml", "runs.yaml"}


@every_manifest
def test_everything_is_in_the_one_namespace(manifest: Manifest) -> None:
    where = manifest["metadata"]["name" if manifest["kind"] == "Namespace" else "namespace"]
    assert where == KUSTOMIZATION["namespace"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_selects_one_workload_and_a_port_that_it_opens(name: str) -> None:
    spec = SERVICES[name]["spec"]
    behind = selected(spec["selector"])
    assert len(behind) == 1
    assert {port["targetPort"] for port in spec["ports"]} <= open_ports(behind).keys()


def test_nothing_is_there_twice() -> None:
    names = [named(manifest) for manifest in MANIFESTS]
    assert len(names) == len(set(names))


@every_workload
def test_a_deployment_selects_its_own_pods_and_no_others(deployed: Manifest) -> None:
    if deployed["kind"] == "Deployment":
        assert selected(deployed["spec"]["selector"]["matchLabels"]) == [deployed]


@pytest.mark.parametrize("policy", [each for each in MANIFESTS if each["kind"] == "NetworkPolicy"], ids=named)
def test_a_network_policy_lets_workloads_that_there_are_reach_ports_that_are_open(policy: Manifest) -> None:
    protected = selected(policy["spec"]["podSelector"]["matchLabels"])
    for rule in policy["spec"]["ingress"]:
        assert all(selected(peer["podSelector"]["matchLabels"]) for peer in rule["from"])
        assert {port["port"] for port in rule["ports"]} <= open_ports(protected).keys()


def test_load_and_prometheus_reach_the_pizzeria_and_workers_their_master() -> None:
    reaching = {
        policy["metadata"]["name"]: {
            each["metadata"]["name"]
            for rule in policy["spec"]["ingress"]
            for peer in rule["from"]
            for each in selected(peer["podSelector"]["matchLabels"])
        }
        for policy in MANIFESTS
        if policy["kind"] == "NetworkPolicy"
    }
    assert reaching == {
        "pizzeria": {"mario-perf-master", "mario-perf-workers", "prometheus"},
        "master": {"mario-perf-workers"},
    }


@every_workload
def test_images_are_pinned_or_our_own(deployed: Manifest) -> None:
    image = container(deployed)["image"]
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]
    assert image in {service["image"] for service in compose.values()}
    assert image == "mario-perf:local" or re.fullmatch(r"\S+:v?\d+(\.\d+)+", image)


@every_workload
def test_containers_run_without_root_or_privileges_and_with_bounds(deployed: Manifest) -> None:
    only, pod = container(deployed), deployed["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] > 0
    assert not pod["automountServiceAccountToken"]
    assert only["securityContext"]["readOnlyRootFilesystem"]
    assert not only["securityContext"]["allowPrivilegeEscalation"]
    assert only["securityContext"]["capabilities"]["drop"] == ["ALL"]
    for bound in ("requests", "limits"):
        assert only["resources"][bound].keys() >= {"cpu", "memory"}


@every_workload
def test_volumes_are_there_and_every_one_is_mounted(deployed: Manifest) -> None:
    volumes = {volume["name"] for volume in deployed["spec"]["template"]["spec"]["volumes"]}
    assert {mount["name"] for mount in container(deployed)["volumeMounts"]} == volumes


def test_claims_and_config_maps_that_volumes_name_exist_or_may_be_missing() -> None:
    existing = {named(each) for each in MANIFESTS}
    for volume in (each for one in WORKLOADS for each in one["spec"]["template"]["spec"]["volumes"]):
        if claim := volume.get("persistentVolumeClaim"):
            assert f"PersistentVolumeClaim {claim['claimName']}" in existing
        if config := volume.get("configMap"):
            assert config.get("optional") or f"ConfigMap {config['name']}" in existing


@every_workload
def test_who_listens_is_probed_on_a_port_that_is_open(deployed: Manifest) -> None:
    only = container(deployed)
    probes = [only[name] for name in only if name.endswith("Probe")]
    checked = {(each.get("httpGet") or each["tcpSocket"])["port"] for each in probes}
    assert checked == {port["name"] for port in only.get("ports", ())}


def test_the_master_waits_for_as_many_workers_as_there_are() -> None:
    master = parsed("mario-perf-master")
    assert master["master"]
    assert master["headless"]
    assert master["expect_workers"] == workload("mario-perf-workers")["spec"]["replicas"]


def test_the_master_sends_an_open_load_to_the_pizzeria_and_writes_to_a_volume() -> None:
    master = parsed("mario-perf-master")
    assert master["rate"] > 0
    assert address(master["host"]) in served()
    mounts = {
        mount["mountPath"]: mount["name"]
        for mount in container(workload("mario-perf-master"))["volumeMounts"]
    }
    assert mounts[master["runs_dir"]] == "runs"


def test_a_run_ends_before_its_job_is_given_up() -> None:
    master = parsed("mario-perf-master")
    longest = master["expect_workers_max_wait"] + float(master["run_time"])
    assert longest < workload("mario-perf-master")["spec"]["activeDeadlineSeconds"]


def test_workers_find_their_master() -> None:
    worker = parsed("mario-perf-workers")
    assert worker["worker"]
    assert (worker["master_host"], worker["master_port"]) in served()


@pytest.mark.parametrize("name", ["mario-perf-master", "mario-perf-workers"])
def test_the_locustfile_is_where_the_image_has_it(name: str) -> None:
    copied = re.findall(r"^COPY loadtests (/\S+)$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)
    assert Path(parsed(name)["locustfile"]) in {Path(folder) / "mario.py" for folder in copied}
    assert (ROOT / "loadtests/mario.py").exists()


def test_the_pizzeria_takes_its_arguments_and_listens_on_the_port_that_is_open() -> None:
    program, command, *arguments = container(workload("pizzeria"))["args"]
    assert (program, command) == ("mario-perf", "serve")
    script = (
        "import sys; from mario_perf.pizzeria.__main__ import command; "
        "print(command.make_context('serve', sys.argv[1:]).params['port'])"
    )
    port = subprocess.check_output(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, text=True, timeout=60
    )
    assert int(port) == open_ports([workload("pizzeria")])["http"]


def scrape_targets() -> Iterator[str]:
    """Of the Prometheus of the cluster."""
    for job in yaml.safe_load(prometheus_configuration())["scrape_configs"]:
        for group in job["static_configs"]:
            yield from group["targets"]


def prometheus_configuration() -> str:
    (config,) = (each for each in MANIFESTS if each["kind"] == "ConfigMap")
    text: str = config["data"]["prometheus.yml"]
    return text


def test_prometheus_scrapes_services_that_there_are() -> None:
    assert {address(target) for target in scrape_targets()} <= served()


@pytest.mark.prometheus
def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "rules").symlink_to(ROOT / "deploy/prometheus/rules")
    file = tmp_path / "prometheus.yml"
    file.write_text(prometheus_configuration())
    done = subprocess.run(
        ["promtool", "check", "config", file], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
