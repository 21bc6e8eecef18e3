"""An Apache Kafka with a listener that wants TLS and a password, beside the plain one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.certificates import Authority
from tests.support.kafka.choice import JAVA_MIN
from tests.support.kafka.jars import JarsUnavailable, kafka_jars
from tests.support.kafka.local import ApacheKafka, java_version
from tests.support.kafka.server import APACHE_PROPERTIES
from tests.support.need import cannot_be_had
from trends.embedded.ports import LOOPBACK, choose_ports

USER, PASSWORD = "ada", "lovelace-1815"
_LOGIN_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class SecureKafka(ApacheKafka):
    """`bootstrap` is the listener with SASL_SSL (SCRAM-SHA-512); `plain` the other one."""

    def __init__(self, jars: Path, folder: Path) -> None:
        super().__init__(jars, folder)
        self.authority = Authority(folder / "certificates")
        at = f"{LOOPBACK}:{choose_ports(('secure',))['secure']}"
        protocols = APACHE_PROPERTIES["listener.security.protocol.map"]
        self.more_listeners = {"SECURE": at}
        self.more_properties = {
            "listener.security.protocol.map": f"{protocols},SECURE:SASL_SSL",
            "inter.broker.listener.name": "PLAINTEXT",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.secure.scram-sha-512.sasl.jaas.config": _LOGIN_MODULE,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._keystore(folder)),
        }
        self.more_format = ("--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]")
        self.plain, self.bootstrap = self.bootstrap, at

    def _keystore(self, folder: Path) -> Path:
        store = folder / "certificates" / "keystore.pem"
        parts = (self.authority.key_file, self.authority.cert_file, self.authority.ca_file)
        store.write_text("".join(part.read_text() for part in parts))
        return store


@contextmanager
def running_secure_kafka(folder: Path) -> Iterator[SecureKafka]:
    """Always a local process: only here is its configuration ours."""
    java = java_version()
    if java is None or java < JAVA_MIN:
        cannot_be_had(f"no Java {JAVA_MIN} or later")
    try:
        server = SecureKafka(kafka_jars(), folder)
    except JarsUnavailable as error:
        cannot_be_had(f"no jars: {error}")
    try:
        server.start()
        yield server
    finally:
        server.stop()
