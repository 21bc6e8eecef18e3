"""All settings, parsed once at the start and passed on. The only reader of the environment.

A setting comes from, in this order: the environment (``TRENDS_`` and the name in capitals), the
TOML file named by ``TRENDS_CONFIG``, the default here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from trends.errors import ConfigError

ENV_PREFIX = "TRENDS_"
CONFIG_VARIABLE = "TRENDS_CONFIG"


class Settings(BaseSettings):
    """Validated settings; durations and sizes carry their unit in the name."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, frozen=True, extra="forbid", validate_default=True
    )

    kafka: str = ""
    """Bootstrap servers, ``host:port[,host:port]``; empty means the embedded broker."""
    clickhouse: str = ""
    """``http[s]://user:password@host:port/database``; empty means the embedded store."""
    data_dir: Path = Path(".trends")
    """Where the embedded stack keeps its data, logs and addresses."""
    host: str = "127.0.0.1"
    """Address the embedded servers listen on."""

    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_ca_file: Path | None = None
    """Certificates (PEM) that brokers are checked against; the system's otherwise."""
    kafka_cert_file: Path | None = None
    """A certificate (PEM) to show to brokers that ask for one, and its key."""
    kafka_key_file: Path | None = None
    clickhouse_password: SecretStr = SecretStr("")
    """Takes the place of the one in the URL, so that it can come from a file of its own."""
    clickhouse_ca_file: Path | None = None
    clickhouse_cert_file: Path | None = None
    clickhouse_key_file: Path | None = None
    clickhouse_cluster: str = ""
    """Name of a ClickHouse cluster: tables become replicated and distributed over it."""

    listings_topic: str = "listings"
    dead_topic: str = "listings.dead"
    spikes_topic: str = "spikes"
    """Gets every change of state of an alert; has one partition."""
    group: str = "trends-processor"
    """Kafka consumer group of the processors."""
    partitions: Annotated[int, Field(ge=1, le=10_000)] = 4
    replication_factor: Annotated[int, Field(ge=1, le=10)] = 1
    min_insync_replicas: Annotated[int, Field(ge=1, le=10)] = 1
    listings_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    """Kafka keeps listings for so long; those not counted by then are gone."""
    dead_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 90
    spikes_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    message_max_bytes: Annotated[int, Field(ge=1 << 16)] = 8 << 20
    """Greatest Kafka message taken; a topic made by this project allows it."""

    batch_bytes: Annotated[int, Field(ge=1)] = 256 << 10
    """A producer sends a message when its lines reach this size ..."""
    linger_ms: Annotated[int, Field(ge=0)] = 50
    """... or its first line has waited this long."""

    flush_interval_s: Annotated[float, Field(gt=0)] = 1.0
    """Counts reach the store at least this often while listings arrive."""
    flush_listings: Annotated[int, Field(ge=1)] = 3_000
    """A flush starts early when this many lines wait for it."""
    horizon_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    """An id counts once within this many days of arrival."""
    seen_capacity: Annotated[int, Field(ge=1_000)] = 500_000
    """Ids that a processor keeps in memory per partition; older ones are looked up in the store."""
    counts_capacity: Annotated[int, Field(ge=1_000)] = 500_000
    """Counts that a processor keeps in memory per partition; others are reloaded when needed."""
    flood_window: Annotated[int, Field(ge=10)] = 1_000
    flood_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    """The processor stops when more than this share of the last window of lines is bad."""
    session_timeout_s: Annotated[float, Field(ge=1)] = 10.0
    """A processor that is silent for this long loses its partitions."""
    taxonomy: Path | None = None
    """A taxonomy file of your own (YAML); the built-in one otherwise."""
    rules: Path | None = None
    """A file of alert rules (YAML); the built-in ones otherwise."""
    evaluate_every_s: Annotated[float, Field(gt=0)] = 60.0
    """Alerts are looked at so often at least; and whenever counts change."""
    rank_every_s: Annotated[float, Field(gt=0)] = 300.0
    """Rankings for dashboards are computed anew this often at most, where counts changed."""
    sample_every_s: Annotated[float, Field(ge=1)] = 10.0
    """How often a processor records how it is doing, for dashboards and their alerts."""
    metrics_host: str = "127.0.0.1"
    """Address that /metrics, /health and /ready of a service are served on ..."""
    metrics_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """... and its port; 0: not at all."""
    grafana: str = ""
    """``http[s]://[user:password@]host[:port][/path]`` of the Grafana to keep in step."""
    grafana_token: SecretStr = SecretStr("")
    """Of a service account with the role Admin; in place of user and password."""
    grafana_clickhouse: str = ""
    """``http[s]://user:password@host:port/database`` as Grafana reaches the store: read only."""
    segmenter: Literal["bigrams", "words"] = "bigrams"
    """How Chinese and other scripts without spaces are cut; ``words`` needs trends[words]."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the config file."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, _config_file())


def load_settings(**overrides: Any) -> Settings:
    """Settings from arguments, environment and config file.

    Raises:
        ConfigError: naming each setting at fault, its value and what is allowed.
    """
    _refuse_unknown_variables()
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [
            f"{ENV_PREFIX}{'.'.join(map(str, item['loc'])).upper()}={item['input']!r}: "
            f"{item['msg']}"
            for item in error.errors()
        ]
        raise ConfigError("settings: " + "; ".join(lines)) from error


def environment() -> Mapping[str, str]:
    """The environment, for what names variables of its own: secrets in a file of rules."""
    return os.environ


def redacted(settings: Settings) -> dict[str, object]:
    """The settings as they may be printed: without passwords."""
    shown = settings.model_dump(mode="json")
    shown["clickhouse"] = redact_url(settings.clickhouse)
    return shown


def redact_url(url: str) -> str:
    """``url`` with its password, if any, replaced by stars."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{host}"))


def _config_file() -> dict[str, Any]:
    path = os.environ.get(CONFIG_VARIABLE)
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{CONFIG_VARIABLE}={path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{CONFIG_VARIABLE}={path} is not TOML: {error}") from error


def _refuse_unknown_variables() -> None:
    """A misspelt variable must not be ignored in silence."""
    known = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields} | {CONFIG_VARIABLE}
    for name in os.environ:
        if name.startswith(ENV_PREFIX) and name not in known:
            raise ConfigError(
                f"environment variable {name} is no setting of trends; known: "
                + ", ".join(sorted(known))
            )
