"""From settings to what the client libraries take."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from faust import SASLCredentials, SSLCredentials
from pydantic import SecretStr

from tests.support.certificates import Authority
from trends.errors import ConfigError
from trends.settings import Settings
from trends.wire.access import METADATA_MAX_AGE_MS, KafkaAccess, kafka_access

SERVERS = "a:1, b:2"
LOGIN: dict[str, Any] = {"user": "ada", "password": SecretStr("secret")}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def test_settings_say_how_and_the_address_where() -> None:
    settings = Settings(
        kafka="elsewhere:1",
        kafka_security="SASL_SSL",
        kafka_sasl_mechanism="PLAIN",
        kafka_user="ada",
        kafka_password=SecretStr("secret"),
        kafka_ca_file=Path("ca"),
        kafka_cert_file=Path("cert"),
        kafka_key_file=Path("key"),
    )
    assert kafka_access(settings, SERVERS) == KafkaAccess(
        SERVERS,
        "SASL_SSL",
        "PLAIN",
        **LOGIN,
        ca_file=Path("ca"),
        cert_file=Path("cert"),
        key_file=Path("key"),
    )


def test_without_security_there_is_only_an_address() -> None:
    access = kafka_access(Settings(), SERVERS)
    assert access.client_options() == {
        "bootstrap_servers": ["a:1", "b:2"],
        "security_protocol": "PLAINTEXT",
        "metadata_max_age_ms": METADATA_MAX_AGE_MS,
    }
    assert access.faust_options() == {
        "broker": ["kafka://a:1", "kafka://b:2"],
        "consumer_metadata_max_age_ms": METADATA_MAX_AGE_MS,
    }


@pytest.mark.parametrize("text", ["kafka", "kafka:", ":9092", "kafka:0", "kafka:99999", "a:1,,b:2"])
def test_what_is_no_list_of_servers_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"host:port\[,host:port\]"):
        KafkaAccess(text).addresses  # noqa: B018


def test_addresses_are_split_and_brackets_go() -> None:
    assert KafkaAccess("a:1, [::1]:9092").addresses == [("a", 1), ("::1", 9092)]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("security", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_a_login_reaches_both_libraries(security: str, mechanism: str) -> None:
    access = KafkaAccess(SERVERS, security, mechanism, **LOGIN)
    options = access.client_options()
    assert options["security_protocol"] == security
    assert options["sasl_mechanism"] == mechanism
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("ada", "secret")
    assert ("ssl_context" in options) == (security == "SASL_SSL")
    credentials = access.faust_options()["broker_credentials"]
    assert isinstance(credentials, SASLCredentials)
    assert (credentials.protocol.value, credentials.mechanism.value) == (security, mechanism)
    assert (credentials.username, credentials.password) == ("ada", "secret")


def test_tls_alone_reaches_both_libraries(authority: Authority) -> None:
    access = KafkaAccess(SERVERS, "SSL", ca_file=authority.ca_file)
    options: dict[str, Any] = access.client_options()
    assert "sasl_mechanism" not in options
    context = options["ssl_context"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert [dict(*each["subject"])["commonName"] for each in context.get_ca_certs()] == [
        "authority of a test"
    ]
    credentials = access.faust_options()["broker_credentials"]
    assert isinstance(credentials, SSLCredentials)


def test_a_certificate_of_ours_is_loaded(authority: Authority) -> None:
    files: dict[str, Any] = {"cert_file": authority.cert_file, "key_file": authority.key_file}
    assert KafkaAccess(SERVERS, "SSL", ca_file=authority.ca_file, **files).tls() is not None


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"ca_file": Path(__file__)}, "TRENDS_KAFKA_CA_FILE="),
        ({"cert_file": Path(__file__), "key_file": Path(__file__)}, "TRENDS_KAFKA_CERT_FILE="),
    ],
)
def test_a_file_that_is_no_certificate_is_named(files: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        KafkaAccess(SERVERS, "SSL", **files).tls()


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(KafkaAccess(SERVERS, "SASL_SSL", "PLAIN", **LOGIN))
