"""ClickHouse behind TLS: reached with the right files; what is wrong with others is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from tests.support.certificates import Authority
from tests.support.clickhouse import ClickHouseServer
from tests.support.tls_proxy import tls_proxy
from trends.cli.waiting import clickhouse_answers
from trends.errors import ConfigError
from trends.settings import load_settings
from trends.store.access import StoreAccess, store_access
from trends.store.client import connect


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"))


def served_at(clickhouse: ClickHouseServer) -> tuple[str, int]:
    parts = urlsplit(clickhouse.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def address(clickhouse: ClickHouseServer, port: int) -> str:
    login = urlsplit(clickhouse.url).netloc.rpartition("@")[0]
    return f"https://{login}@localhost:{port}/default"


@pytest.fixture
def url(clickhouse: ClickHouseServer, authority: Authority) -> Iterator[str]:
    with tls_proxy(served_at(clickhouse), authority) as port:
        yield address(clickhouse, port)


@pytest.fixture
def mutual_url(clickhouse: ClickHouseServer, authority: Authority) -> Iterator[str]:
    with tls_proxy(served_at(clickhouse), authority, authority.ca_file) as port:
        yield address(clickhouse, port)


def one(access: StoreAccess) -> object:
    client = connect(access)
    try:
        return client.query("SELECT 1").result_rows[0][0]
    finally:
        client.close()


def test_a_server_whose_authority_is_known_is_used(url: str, authority: Authority) -> None:
    access = StoreAccess(url, ca_file=authority.ca_file)
    assert clickhouse_answers(access)
    assert one(access) == 1


@pytest.mark.parametrize("known", [False, True], ids=["the system's", "another"])
def test_an_unknown_authority_is_refused_with_the_setting_to_correct(
    url: str, stranger: Authority, known: bool
) -> None:
    access = StoreAccess(url, ca_file=stranger.ca_file if known else None)
    with pytest.raises(ConfigError, match=r"not trusted.*TRENDS_CLICKHOUSE_CA_FILE"):
        one(access)
    with pytest.raises(ConfigError, match=r"not trusted.*TRENDS_CLICKHOUSE_CA_FILE"):
        clickhouse_answers(access)


def test_a_certificate_of_ours_is_shown_to_a_server_that_wants_one(
    mutual_url: str, authority: Authority
) -> None:
    access = StoreAccess(
        mutual_url,
        # With a password it is no login; the embedded server lets anybody in.
        SecretStr(urlsplit(mutual_url).password or ""),
        ca_file=authority.ca_file,
        cert_file=authority.cert_file,
        key_file=authority.key_file,
    )
    assert one(access) == 1


def test_a_server_that_wants_a_certificate_and_gets_none_is_told_of(
    mutual_url: str, authority: Authority
) -> None:
    with pytest.raises(ConfigError, match=r"does not agree on TLS.*TRENDS_CLICKHOUSE_CERT_FILE"):
        one(StoreAccess(mutual_url, ca_file=authority.ca_file))


def test_tls_where_there_is_none_is_told_of(clickhouse: ClickHouseServer) -> None:
    host, port = served_at(clickhouse)
    with pytest.raises(ConfigError, match=r"does not agree on TLS.*TRENDS_CLICKHOUSE"):
        one(StoreAccess(f"https://{host}:{port}"))


def test_a_file_that_is_no_certificate_is_named(url: str) -> None:
    with pytest.raises(ConfigError, match=r"TRENDS_CLICKHOUSE_CA_FILE=.*no certificates"):
        one(StoreAccess(url, ca_file=Path(__file__)))


def test_the_password_of_the_settings_takes_the_place_of_the_urls() -> None:
    url = "https://ada:old@c:8443/trends"
    settings = load_settings(clickhouse=url, clickhouse_password="new", clickhouse_cluster="t")
    access = store_access(settings, url)
    assert (access.password, access.cluster) == ("new", "t")
    assert StoreAccess("https://ada:o%6Cd@c").password == "old"
    assert "old" not in repr(access)
    assert "new" not in repr(access)


def test_an_embedded_store_is_reached_by_its_address_alone() -> None:
    assert store_access(load_settings(clickhouse=""), "http://x") == StoreAccess("http://x")
