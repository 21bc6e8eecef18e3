"""Secrets from files, settings that contradict each other, and that no message shows a secret."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from trends.errors import ConfigError
from trends.settings import Settings, load_settings, redacted

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def no_variables_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("TRENDS_"):
            monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    monkeypatch.setenv("TRENDS_SECRETS_DIR", str(secrets))
    return secrets


def complaint(**settings: object) -> str:
    with pytest.raises(ConfigError) as raised:
        load_settings(**settings)
    return str(raised.value)


# -- files of secrets -------------------------------------------------------------------------


def test_a_file_has_the_value_of_its_setting(folder: Path) -> None:
    (folder / "trends_clickhouse_password").write_text(f" {SECRET} \n")
    (folder / "trends_partitions").write_text("8\r\n")
    (folder / "another_service").write_text("not ours")
    settings = load_settings(clickhouse="http://store:8123/trends")
    assert settings.clickhouse_password.get_secret_value() == f" {SECRET} "
    assert settings.partitions == 8


def test_the_environment_goes_before_a_file_and_a_file_before_the_config_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = folder.parent / "trends.toml"
    config.write_text('group = "config"\npartitions = 2\nhost = "config"\n')
    monkeypatch.setenv("TRENDS_CONFIG", str(config))
    (folder / "trends_group").write_text("secret")
    (folder / "trends_partitions").write_text("3")
    monkeypatch.setenv("TRENDS_PARTITIONS", "4")
    settings = load_settings()
    assert (settings.partitions, settings.group, settings.host) == (4, "secret", "config")


def test_a_mounted_secret_may_be_a_link(folder: Path) -> None:
    (folder / "..data").mkdir()
    (folder / "..data" / "trends_group").write_text("linked")
    (folder / "trends_group").symlink_to("..data/trends_group")
    assert load_settings().group == "linked"


def test_an_empty_variable_names_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDS_SECRETS_DIR", "")
    assert load_settings().group == Settings().group


def test_a_folder_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRENDS_SECRETS_DIR", str(tmp_path / "none"))
    assert re.search(r"TRENDS_SECRETS_DIR=.*none: No such file", complaint())


@pytest.mark.parametrize("name", ["trends_kafka_pasword", "TRENDS_KAFKA_PASSWORD", "trends_config"])
def test_a_file_that_is_no_setting_is_named(folder: Path, name: str) -> None:
    (folder / name).write_text(SECRET)
    said = complaint()
    assert f"the file {name} is no setting" in said
    assert SECRET not in said


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "trends_kafka_password").mkdir()
    assert "trends_kafka_password: Is a directory" in complaint()


def test_a_link_to_nowhere_is_named(folder: Path) -> None:
    (folder / "trends_kafka_password").symlink_to("gone")
    assert "trends_kafka_password: No such file" in complaint()


def test_a_file_that_is_not_text_is_named(folder: Path) -> None:
    (folder / "trends_kafka_password").write_bytes(b"\xff\xfe")
    assert "trends_kafka_password is not UTF-8" in complaint()


# -- settings that contradict each other ------------------------------------------------------

SASL = {"kafka": "k:1", "kafka_security": "SASL_SSL", "kafka_user": "u", "kafka_password": SECRET}


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        (SASL | {"kafka_user": ""}, ["SASL_SSL", "needs TRENDS_KAFKA_USER"]),
        (SASL | {"kafka_password": ""}, ["SASL_SSL", "needs TRENDS_KAFKA_PASSWORD"]),
        (SASL | {"kafka": ""}, ["TRENDS_KAFKA_SECURITY='SASL_SSL'", "TRENDS_KAFKA names"]),
        (SASL | {"kafka_security": "SSL"}, ["TRENDS_KAFKA_USER='u'", "choose SASL_SSL"]),
        ({"kafka_password": SECRET}, ["TRENDS_KAFKA_PASSWORD=***", "choose SASL_SSL"]),
        ({"kafka_ca_file": __file__}, ["TRENDS_KAFKA_CA_FILE=", "'PLAINTEXT'", "choose SSL"]),
        (SASL | {"kafka_cert_file": __file__}, ["needs TRENDS_KAFKA_KEY_FILE"]),
        (SASL | {"kafka_key_file": __file__}, ["needs TRENDS_KAFKA_CERT_FILE"]),
        (SASL | {"kafka_ca_file": "/no/ca.pem"}, ["TRENDS_KAFKA_CA_FILE=/no/ca.pem is no file"]),
        (
            {"clickhouse": "http://u:hunter2@c:8123", "clickhouse_ca_file": __file__},
            ["TRENDS_CLICKHOUSE_CA_FILE=", "http://u:***@c:8123", "choose https://"],
        ),
        (
            {"clickhouse": "https://c", "clickhouse_cert_file": __file__},
            ["needs TRENDS_CLICKHOUSE_KEY_FILE"],
        ),
        (
            {"clickhouse": "http://c", "clickhouse_cluster": "a; DROP"},
            ["TRENDS_CLICKHOUSE_CLUSTER='a; DROP'", "system.clusters"],
        ),
        ({"clickhouse_cluster": "trends"}, ["TRENDS_CLICKHOUSE_CLUSTER='trends'", "set that"]),
        (
            {"min_insync_replicas": 2},
            ["TRENDS_MIN_INSYNC_REPLICAS=2", "TRENDS_REPLICATION_FACTOR=1", "lower"],
        ),
    ],
)
def test_a_contradiction_names_variable_value_and_remedy(
    settings: dict[str, object], parts: list[str]
) -> None:
    said = complaint(**settings)
    assert [part for part in parts if part not in said] == []
    assert SECRET not in said


def test_what_belongs_together_is_accepted(tmp_path: Path) -> None:
    pem = tmp_path / "some.pem"
    pem.touch()
    load_settings(
        **SASL,
        kafka_ca_file=pem,
        kafka_cert_file=pem,
        kafka_key_file=pem,
        clickhouse="https://c/trends",
        clickhouse_ca_file=pem,
        clickhouse_password=SECRET,
        clickhouse_cluster="trends-1",
        replication_factor=3,
        min_insync_replicas=2,
    )


def test_all_contradictions_are_told_at_once() -> None:
    said = complaint(clickhouse_cluster="trends", min_insync_replicas=2)
    assert said.count("TRENDS_CLICKHOUSE_CLUSTER") == said.count("TRENDS_MIN_INSYNC_REPLICAS") == 1


def test_an_empty_name_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDS_KAFKA_CA_FILE", "")
    monkeypatch.setenv("TRENDS_RULES", "")
    settings = load_settings()
    assert (settings.kafka_ca_file, settings.rules) == (None, None)


# -- nothing secret is shown ------------------------------------------------------------------


def test_no_listing_shows_a_secret() -> None:
    settings = load_settings(
        **SASL,
        clickhouse=f"https://u:{SECRET}@c/trends",
        clickhouse_password=SECRET,
        grafana=f"http://u:{SECRET}@g",
        grafana_token=SECRET,
        grafana_clickhouse=f"http://u:{SECRET}@c/trends",
    )
    assert SECRET not in str(redacted(settings))
    assert SECRET not in repr(settings)


def test_an_error_shows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "trends.toml"
    file.write_text(f'kafka_password = ["{SECRET}"]\nkafka_pasword = "{SECRET}"\n')
    monkeypatch.setenv("TRENDS_CONFIG", str(file))
    said = complaint()
    assert "TRENDS_KAFKA_PASSWORD=***" in said
    assert "TRENDS_KAFKA_PASWORD is no setting" in said
    assert SECRET not in said
