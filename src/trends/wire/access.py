"""How to reach Kafka: the one place that turns settings into what each client library wants.

In: settings and an address. Out: options for kafka-python's clients, and for Faust.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from trends.errors import ConfigError
from trends.settings import Settings
from trends.tls import tls_context

# A broker that has just come up knows nothing of its topics for a moment. Who shares out partitions
# at that moment shares out none, and looks again only after this; by default after five minutes.
METADATA_MAX_AGE_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """An address, and how to be let in there; the defaults are those of the embedded broker.

    Attributes:
        bootstrap: ``host:port[,host:port]``.
        security: ``PLAINTEXT``, ``SSL``, ``SASL_PLAINTEXT`` or ``SASL_SSL``.
        mechanism: of SASL: ``PLAIN``, ``SCRAM-SHA-256`` or ``SCRAM-SHA-512``.
        user, password: for SASL.
        ca_file: certificates that brokers are checked against; the system's otherwise.
        cert_file, key_file: what is shown to brokers that ask for a certificate.
    """

    bootstrap: str
    security: str = "PLAINTEXT"
    mechanism: str = ""
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @property
    def servers(self) -> list[str]:
        """Each of the servers as ``host:port``."""
        return [server.strip() for server in self.bootstrap.split(",")]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each of the servers; an IPv6 address without its brackets.

        Raises:
            ConfigError: if ``bootstrap`` is not of its form.
        """
        found = []
        for server in self.servers:
            host, _, port = server.rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
                raise ConfigError(
                    f"TRENDS_KAFKA={self.bootstrap!r} is not of the form host:port[,host:port]"
                )
            found.append((host.strip("[]"), int(port)))
        return found

    @property
    def has_tls(self) -> bool:
        return self.security.endswith("SSL")

    @property
    def has_sasl(self) -> bool:
        return self.security.startswith("SASL")

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments for every client of kafka-python.

        Raises:
            ConfigError: if a certificate cannot be used.
        """
        options: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "security_protocol": self.security,
            "metadata_max_age_ms": METADATA_MAX_AGE_MS,
        }
        if self.has_tls:
            options["ssl_context"] = self.tls()
        if self.has_sasl:
            options["sasl_mechanism"] = self.mechanism
            options["sasl_plain_username"] = self.user
            options["sasl_plain_password"] = self.password.get_secret_value()
        return options

    def faust_options(self) -> dict[str, Any]:
        """Keyword arguments for a Faust app.

        Raises:
            ConfigError: if a certificate cannot be used.
        """
        # Slow to import, and only a processor needs it.
        from faust import SASLCredentials, SSLCredentials

        options: dict[str, Any] = {
            "broker": [f"kafka://{server}" for server in self.servers],
            "consumer_metadata_max_age_ms": METADATA_MAX_AGE_MS,
        }
        if self.has_sasl:
            options["broker_credentials"] = SASLCredentials(
                username=self.user,
                password=self.password.get_secret_value(),
                mechanism=self.mechanism,
                # Its presence alone makes SASL_SSL of SASL_PLAINTEXT there.
                ssl_context=self.tls(),
            )
        elif self.has_tls:
            options["broker_credentials"] = SSLCredentials(self.tls())
        return options

    def tls(self) -> ssl.SSLContext | None:
        """What checks the brokers and shows our certificate; None without TLS.

        Raises:
            ConfigError: if a certificate cannot be used.
        """
        if not self.has_tls:
            return None
        return tls_context("TRENDS_KAFKA", self.ca_file, self.cert_file, self.key_file)


def kafka_access(settings: Settings, bootstrap: str) -> KafkaAccess:
    """How to reach ``bootstrap``: the Kafka of the settings, or an embedded one's address."""
    return KafkaAccess(
        bootstrap,
        settings.kafka_security,
        settings.kafka_sasl_mechanism,
        settings.kafka_user,
        settings.kafka_password,
        settings.kafka_ca_file,
        settings.kafka_cert_file,
        settings.kafka_key_file,
    )
