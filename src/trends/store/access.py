"""How to reach ClickHouse: address, password, certificates, and whether it is a cluster."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from trends.settings import Settings
from trends.tls import tls_context


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """An address and what goes with it; an address alone will do for the embedded store.

    Attributes:
        url: ``http[s]://[user[:password]@]host[:port][/database]``.
        secret: takes the place of the URL's password.
        ca_file: certificates that the server is checked against.
        cert_file, key_file: what is shown to a server that asks for a certificate.
        cluster: name of the ClickHouse cluster that tables are spread over; empty: one server.
    """

    url: str = field(repr=False)
    secret: SecretStr = field(default=SecretStr(""))
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    cluster: str = ""

    @property
    def password(self) -> str:
        return self.secret.get_secret_value() or unquote(urlsplit(self.url).password or "")

    def tls(self) -> ssl.SSLContext | None:
        """For connections to it; None without TLS.

        Raises:
            ConfigError: if a certificate cannot be used.
        """
        if not self.url.startswith("https://"):
            return None
        return tls_context("TRENDS_CLICKHOUSE", self.ca_file, self.cert_file, self.key_file)


def store_access(settings: Settings, url: str) -> StoreAccess:
    """How to reach ``url``: the ClickHouse of the settings, or an embedded one's address."""
    if not settings.clickhouse:
        return StoreAccess(url)
    return StoreAccess(
        url,
        settings.clickhouse_password,
        settings.clickhouse_ca_file,
        settings.clickhouse_cert_file,
        settings.clickhouse_key_file,
        settings.clickhouse_cluster,
    )
