"""deploy/ in step with itself and with the code: names, ports, paths, versions."""

from __future__ import annotations

import importlib.util
import re
from typing import Any

import pytest
import yaml

from tests.deploy.files import (
    DEPLOY,
    OUR_SERVICES,
    OVERLAYS,
    ROOT,
    compose,
    dockerfile,
    of_kind,
    rendered,
    settings_of,
    texts,
)
from tests.support import clickhouse
from tests.support.kafka import remote
from trends.settings import CONFIG_VARIABLE, SECRETS_VARIABLE, Settings

SERVICES: dict[str, Any] = compose()["services"]
GRAFANA = DEPLOY / "grafana" / "provisioning"
SETTINGS = {f"TRENDS_{name.upper()}" for name in Settings.model_fields} | {
    CONFIG_VARIABLE,
    SECRETS_VARIABLE,
}


def images() -> set[str]:
    """Every image with its version, of Compose and of all overlays."""
    found = {service["image"] for service in SERVICES.values()}
    for overlay in OVERLAYS:
        for text in re.findall(r"'image': '([^']+)'", str(rendered(overlay))):
            found.add(text)
    return found


def loaded(path: str) -> Any:
    return yaml.safe_load((GRAFANA / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(texts()))
def test_every_variable_named_in_a_file_is_a_setting(path: str) -> None:
    assert set(re.findall(r"\bTRENDS_[A-Z0-9_]*[A-Z0-9]\b", texts()[path])) <= SETTINGS


@pytest.mark.parametrize("name", [*OUR_SERVICES, "demo"])
def test_the_variables_of_compose_are_settings_and_valid(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert set(environment) <= SETTINGS
    _check(environment)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_variables_of_kubernetes_are_settings_and_valid(overlay: str) -> None:
    assert set(settings_of(overlay)) <= SETTINGS
    _check(settings_of(overlay))


def _check(environment: dict[str, str]) -> None:
    """Settings are made of them, each as the text that a variable is."""
    names = {name.removeprefix("TRENDS_").lower(): text for name, text in environment.items()}
    names.pop("secrets_dir")
    Settings.model_validate(names)


@pytest.mark.parametrize("name", [*OUR_SERVICES, "demo"])
def test_the_module_that_a_service_runs_is_there(name: str) -> None:
    (module,) = SERVICES[name]["command"]
    assert importlib.util.find_spec(f"{module}.__main__") is not None
    for overlay in OVERLAYS:
        for deployed, item in of_kind(overlay, "Deployment").items():
            if deployed == name:
                (container,) = item["spec"]["template"]["spec"]["containers"]
                assert container["args"] == [module]
                assert "command" not in container


@pytest.mark.parametrize("name", [*OUR_SERVICES, "demo"])
def test_health_is_asked_where_it_is_served(name: str) -> None:
    port = SERVICES[name]["environment"]["TRENDS_METRICS_PORT"]
    assert f"'http://127.0.0.1:{port}/health'" in SERVICES[name]["healthcheck"]["test"][-1]
    assert dockerfile()["EXPOSE"] == [port]
    assert {settings_of(overlay)["TRENDS_METRICS_PORT"] for overlay in OVERLAYS} == {port}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_run_as_the_user_of_the_image(overlay: str) -> None:
    user = dockerfile()["USER"][-1]
    for name in OUR_SERVICES:
        context = of_kind(overlay, "Deployment")[name]["spec"]["template"]["spec"][
            "securityContext"
        ]
        assert f"{context['runAsUser']}:{context['runAsGroup']}" == user


def test_each_image_has_one_version_everywhere() -> None:
    versions: dict[str, set[str]] = {}
    for image in images() | {clickhouse.IMAGE, remote.IMAGE}:
        name, _, version = image.rpartition(":")
        versions.setdefault(name.replace("keeper", "server"), set()).add(version)
    for name in ("apache/kafka", "clickhouse/clickhouse-server", "grafana/grafana"):
        assert len(versions[name]) == 1, versions
    kafka = {pool["spec"]["kafka"]["version"] for pool in of_kind("full", "Kafka").values()}
    assert kafka == versions["apache/kafka"]
    jars = (ROOT / "tests" / "support" / "kafka" / "pom.xml").read_text(encoding="utf-8")
    assert f"<version>{kafka.pop()}</version>" in jars


def test_grafana_s_plugin_has_one_version() -> None:
    found = set(re.findall(r"grafana-clickhouse-datasource@[\d.]+", "".join(texts().values())))
    assert len(found) == 1


def test_the_data_source_is_the_one_that_dashboards_name() -> None:
    (source,) = loaded("datasources/clickhouse.yaml")["datasources"]
    assert (source["uid"], source["type"]) == ("clickhouse", "grafana-clickhouse-datasource")
    for path in sorted((ROOT / "dashboards").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        uids = set(re.findall(r'"grafana-clickhouse-datasource",\s*"uid":\s*"([^"]*)"', text))
        assert uids <= {source["uid"]}, path.name
    data = source["jsonData"]
    assert (data["username"], data["defaultDatabase"]) == ("grafana_ro", "trends")
    assert data["host"] == "$CLICKHOUSE_HOST"
    assert SERVICES["grafana"]["environment"]["CLICKHOUSE_HOST"] in SERVICES


def test_grafana_reads_its_password_from_the_file_that_is_mounted() -> None:
    (source,) = loaded("datasources/clickhouse.yaml")["datasources"]
    (name,) = re.fullmatch(
        r"\$__file\{/run/secrets/(\w+)\}", source["secureJsonData"]["password"]
    ).groups()  # type: ignore[union-attr]
    assert name in SERVICES["grafana"]["secrets"]
    pod = of_kind("full", "Deployment")["grafana"]["spec"]["template"]["spec"]
    assert name in str(pod["volumes"])
    (mount,) = (each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "secrets")
    assert mount["mountPath"] == "/run/secrets"


def test_dashboards_are_read_where_they_are_mounted_and_stay_as_they_are() -> None:
    (provider,) = loaded("dashboards/trends.yaml")["providers"]
    mounts = dict(volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"])
    assert provider["allowUiUpdates"] is False
    assert mounts["./grafana/provisioning"] == "/etc/grafana/provisioning"
    mounted = {source: place for source, place in mounts.items() if "dashboards/" in source}
    assert mounted == {
        f"../dashboards/{file.name}": f"{provider['options']['path']}/{file.name}"
        for file in (ROOT / "dashboards").glob("*.json")
    }


def test_the_readmes_name_files_that_are_there() -> None:
    for readme in (DEPLOY / "README.md", DEPLOY / "kubernetes" / "README.md"):
        for path in re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", readme.read_text(encoding="utf-8")):
            if path.startswith("secrets/"):
                continue
            places = (ROOT, DEPLOY, DEPLOY / "kubernetes", DEPLOY / "kubernetes" / "components")
            assert any((place / path).exists() for place in places), f"{readme.name}: {path}"
