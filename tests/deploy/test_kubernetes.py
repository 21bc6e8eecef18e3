"""What kustomize makes of the overlays: valid, closed, and able to be moved and scaled."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest

from tests.deploy.files import (
    KUBERNETES,
    OUR_SERVICES,
    OVERLAYS,
    Object,
    of_kind,
    rendered,
    run,
    settings_of,
)
from tests.deploy.manifests import VERSION, WITHOUT_SCHEMA, problems
from trends.metrics import names

every_overlay = pytest.mark.parametrize("overlay", OVERLAYS)
every_service = pytest.mark.parametrize("service", OUR_SERVICES)


def pods(overlay: str) -> dict[str, Object]:
    """The pod template of every Deployment."""
    found = of_kind(overlay, "Deployment")
    return {name: item["spec"]["template"]["spec"] for name, item in found.items()}


def containers(overlay: str) -> dict[str, Object]:
    return {name: pod["containers"][0] for name, pod in pods(overlay).items()}


@every_overlay
def test_every_object_follows_its_schema(overlay: str) -> None:
    assert problems(overlay) == []
    assert {item["kind"] for item in rendered(overlay)} - WITHOUT_SCHEMA


def test_the_validator_refuses_what_is_wrong() -> None:
    wrong: Any = {"apiVersion": "v1", "kind": "Service", "metadata": {}, "spec": {"prots": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


@pytest.mark.parametrize("folder", ["base", *(f"overlays/{name}" for name in OVERLAYS)])
def test_kustomize_makes_something_of_it(folder: str) -> None:
    assert "kind: Deployment" in run("kubectl", "kustomize", str(KUBERNETES / folder))


@every_overlay
def test_all_is_in_one_namespace_that_is_restricted(overlay: str) -> None:
    (namespace,) = of_kind(overlay, "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    others = [item for item in rendered(overlay) if item["kind"] != "Namespace"]
    assert {item["metadata"]["namespace"] for item in others} == {namespace["metadata"]["name"]}


@every_overlay
def test_pods_are_as_the_restricted_standard_wants(overlay: str) -> None:
    for name, pod in pods(overlay).items():
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert context["runAsUser"] > 0, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            inside = container["securityContext"]
            assert inside["allowPrivilegeEscalation"] is False, name
            assert inside["capabilities"] == {"drop": ["ALL"]}, name
            assert {"requests", "limits"} <= set(container["resources"]), name


@every_overlay
@every_service
def test_our_pods_have_a_root_that_cannot_be_written(overlay: str, service: str) -> None:
    container = containers(overlay)[service]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    (volume,) = (each for each in pods(overlay)[service]["volumes"] if "emptyDir" in each)
    assert volume["emptyDir"]["sizeLimit"]
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert mounts[volume["name"]]["mountPath"] == "/tmp"
    others = [mount for name, mount in mounts.items() if name != volume["name"]]
    assert all(mount["readOnly"] for mount in others)


@every_overlay
@every_service
def test_links_to_services_set_no_variables(overlay: str, service: str) -> None:
    # A service named trends-... would set TRENDS_..., which settings refuse.
    assert pods(overlay)[service]["enableServiceLinks"] is False


@every_overlay
@every_service
def test_probes_ask_the_paths_and_the_port_that_are_served(overlay: str, service: str) -> None:
    container = containers(overlay)[service]
    (port,) = container["ports"]
    assert str(port["containerPort"]) == settings_of(overlay)["TRENDS_METRICS_PORT"]
    assert settings_of(overlay)["TRENDS_METRICS_HOST"] == "0.0.0.0"
    paths = {
        probe: container[probe]["httpGet"]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert paths == {
        "startupProbe": {"path": "/health", "port": port["name"]},
        "livenessProbe": {"path": "/health", "port": port["name"]},
        "readinessProbe": {"path": "/ready", "port": port["name"]},
    }
    assert pods(overlay)[service]["terminationGracePeriodSeconds"] >= 30


@every_overlay
def test_a_deployment_finds_its_own_pods_and_no_others(overlay: str) -> None:
    seen = set()
    for item in of_kind(overlay, "Deployment").values():
        wanted = item["spec"]["selector"]["matchLabels"]
        labels = item["spec"]["template"]["metadata"]["labels"]
        assert wanted.items() <= labels.items()
        seen.add(tuple(sorted(wanted.items())))
    assert len(seen) == len(of_kind(overlay, "Deployment"))


@every_overlay
def test_who_is_disrupted_is_there(overlay: str) -> None:
    budgets = of_kind(overlay, "PodDisruptionBudget")
    assert set(budgets) == {"processor", "alerter"}
    for name, budget in budgets.items():
        pod = of_kind(overlay, "Deployment")[name]["spec"]["template"]
        assert (
            budget["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        )
    # At least one may always go, or nodes could never be drained.
    assert budgets["alerter"]["spec"]["minAvailable"] < 2


@every_overlay
@every_service
def test_the_network_is_closed_to_our_pods_by_default(overlay: str, service: str) -> None:
    deny = of_kind(overlay, "NetworkPolicy")["services-deny"]["spec"]
    assert deny["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in deny
    assert "egress" not in deny
    labels = of_kind(overlay, "Deployment")[service]["spec"]["template"]["metadata"]["labels"]
    assert deny["podSelector"]["matchLabels"].items() <= labels.items()


@every_overlay
def test_the_ports_of_kafka_and_clickhouse_are_let_out(overlay: str) -> None:
    policy = of_kind(overlay, "NetworkPolicy")["services-to-servers"]["spec"]
    open_ports = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    variables = settings_of(overlay)
    servers = [*variables["TRENDS_KAFKA"].split(","), variables["TRENDS_CLICKHOUSE"]]
    wanted = {int(server.removesuffix("/trends").rpartition(":")[2]) for server in servers}
    assert wanted <= open_ports
    (scrape,) = of_kind(overlay, "NetworkPolicy")["monitoring-to-services"]["spec"]["ingress"]
    assert str(scrape["ports"][0]["port"]) == variables["TRENDS_METRICS_PORT"]


@every_overlay
def test_no_secret_is_part_of_it(overlay: str) -> None:
    assert of_kind(overlay, "Secret") == {}
    for value in settings_of(overlay).values():
        assert ":" not in value.partition("://")[2].partition("@")[0] or "@" not in value


def test_scaling_goes_by_the_metric_that_processors_have() -> None:
    (scaler,) = of_kind("full", "HorizontalPodAutoscaler").values()
    (metric,) = scaler["spec"]["metrics"]
    assert metric["external"]["metric"]["name"] == names.LAG.name
    rule = (KUBERNETES / "components" / "autoscaling" / "adapter-rule.yaml").read_text("utf-8")
    assert f"as: {names.LAG.name}\n" in rule
    assert scaler["spec"]["scaleTargetRef"]["name"] in of_kind("full", "Deployment")
    # Applying the manifests must not scale back.
    assert "replicas" not in of_kind("full", "Deployment")["processor"]["spec"]
    assert str(scaler["spec"]["maxReplicas"]) == settings_of("full")["TRENDS_PARTITIONS"]


def test_what_is_mounted_and_named_is_there() -> None:
    maps = set(of_kind("full", "ConfigMap"))
    claims = set(of_kind("full", "PersistentVolumeClaim"))
    for pod in pods("full").values():
        for volume in pod["volumes"]:
            if "configMap" in volume:
                assert volume["configMap"]["name"] in maps
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims
        mounted = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
