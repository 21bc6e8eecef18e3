"""compose.yaml: valid, and every container as closed as it can be."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.deploy.files import DEPLOY, OUR_SERVICES, compose, run

SERVICES: dict[str, Any] = compose()["services"]
OURS = [*OUR_SERVICES, "demo"]
every_service = pytest.mark.parametrize("name", sorted(SERVICES))


def test_follows_the_official_schema() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml"))


@every_service
def test_a_service_runs_as_somebody_without_rights(name: str) -> None:
    service = SERVICES[name]
    user = str(service["user"]).partition(":")[0]
    assert user.isdigit()
    assert int(user) > 0
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


@every_service
def test_a_service_has_limits(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert SERVICES[name]["logging"]["options"].keys() == {"max-size", "max-file"}
    assert SERVICES[name]["restart"] in ("unless-stopped", "on-failure")
    assert SERVICES[name]["stop_grace_period"]


@every_service
def test_a_service_is_published_on_loopback_alone(name: str) -> None:
    for port in SERVICES[name].get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)
    assert SERVICES[name].get("network_mode") is None
    # A published port takes a network that leads out.
    assert ("machine" in SERVICES[name]["networks"]) >= bool(SERVICES[name].get("ports"))


@every_service
def test_a_service_says_when_it_is_well(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check.get("disable") is None
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@every_service
def test_a_service_waits_for_what_is_well(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert how == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[other]


@every_service
def test_a_service_uses_a_pinned_image(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert "/" in image or image == "trends"
    assert re.search(r"\d+\.\d+", tag)


@every_service
def test_what_is_mounted_from_here_is_there_and_cannot_be_changed(name: str) -> None:
    for volume in SERVICES[name].get("volumes", ()):
        source, _, rest = volume.partition(":")
        if source in compose()["volumes"]:
            continue
        assert rest.endswith(":ro")
        assert (DEPLOY / source).exists(), source


@pytest.mark.parametrize("name", OURS)
def test_our_services_cannot_write_but_in_tmp(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert "volumes" not in service
    assert service["user"] == "10001:10001"


@pytest.mark.parametrize("name", OURS)
def test_our_services_see_their_own_secret_alone(name: str) -> None:
    assert SERVICES[name]["secrets"] == ["trends_clickhouse_password"]


def test_the_processors_cannot_call_out() -> None:
    assert compose()["networks"]["pipeline"] == {"internal": True}
    assert SERVICES["processor"]["networks"] == ["pipeline"]
    assert SERVICES["ranker"]["networks"] == ["pipeline"]


def test_two_alerters_and_no_more_processors_than_partitions() -> None:
    assert SERVICES["alerter"]["deploy"]["replicas"] == 2
    processor = SERVICES["processor"]
    partitions = int(processor["environment"]["TRENDS_PARTITIONS"])
    assert processor["deploy"]["replicas"] <= partitions
    # What can be scaled has no name and no port of its own.
    assert "container_name" not in processor
    assert "ports" not in processor


def test_kafka_makes_no_topics_by_itself_and_keeps_its_data() -> None:
    kafka = SERVICES["kafka"]
    assert kafka["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert f"kafka:{kafka['environment']['KAFKA_LOG_DIRS']}" in kafka["volumes"]
    published = kafka["ports"][0].rpartition(":")[2]
    assert f"MACHINE://localhost:{published}" in kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    inside = SERVICES["processor"]["environment"]["TRENDS_KAFKA"]
    assert f"PIPELINE://{inside}" in kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"]


def test_no_variable_holds_a_secret() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|KEY", variable):
                assert variable.endswith(("__FILE", "_DIR")), (name, variable)
            assert not re.search(r"://[^@/]*:[^@/]*@", str(value)), (name, variable)


def test_every_secret_is_a_file_that_the_script_makes() -> None:
    script = (DEPLOY / "make-secrets.sh").read_text(encoding="utf-8")
    used = {
        secret["source"] if isinstance(secret, dict) else secret
        for service in SERVICES.values()
        for secret in service.get("secrets", ())
    }
    assert used == set(compose()["secrets"])
    for secret in compose()["secrets"].values():
        assert secret["file"].startswith("./secrets/")
        assert secret["file"].removeprefix("./secrets/") in script
