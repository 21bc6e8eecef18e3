"""All settings, parsed once at the start and passed on. The only reader of the environment.

A setting comes from, in this order: the environment (``TRENDS_`` and the name in capitals), a file
of that name in small letters in the folder named by ``TRENDS_SECRETS_DIR``, the TOML file named by
``TRENDS_CONFIG``, the default here. No message and no listing shows a secret.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from trends.errors import ConfigError

ENV_PREFIX = "TRENDS_"
CONFIG_VARIABLE = "TRENDS_CONFIG"
SECRETS_VARIABLE = "TRENDS_SECRETS_DIR"
CLUSTER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


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
        """Arguments, then the environment, then files of secrets, then the config file."""
        config_file = InitSettingsSource(settings_cls, _config_file())
        secrets = InitSettingsSource(settings_cls, _secret_files())
        return init_settings, env_settings, secrets, config_file

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield from redacted(self).items()

    @field_validator("*", mode="before")
    @classmethod
    def _no_file(cls, value: object, info: Any) -> object:
        """An empty name is no file: so does a deployment unset what it passes on."""
        optional = cls.model_fields[info.field_name].annotation == (Path | None)
        return None if optional and value == "" else value


def load_settings(**overrides: Any) -> Settings:
    """Settings from arguments, environment and config file.

    Raises:
        ConfigError: naming each setting at fault, its value and what is allowed.
    """
    _refuse_unknown_variables()
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        lines = [_complaint(item) for item in error.errors()]
        # Not `from error`: a traceback would show the values.
        raise ConfigError("settings: " + "; ".join(lines)) from None
    conflicts = list(_conflicts(settings))
    if conflicts:
        raise ConfigError("settings: " + "; ".join(conflicts))
    return settings


def environment() -> Mapping[str, str]:
    """The environment, for what names variables of its own: secrets in a file of rules."""
    return os.environ


def redacted(settings: Settings) -> dict[str, object]:
    """The settings as they may be printed: without passwords."""
    shown = settings.model_dump(mode="json")
    for name in ("clickhouse", "grafana", "grafana_clickhouse"):
        shown[name] = redact_url(shown[name])
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


def _secret_files() -> dict[str, Any]:
    """What the files in the folder of secrets say; files that are not ours may lie there.

    Not pydantic's own source: that one passes over what it cannot read, and trims passwords.
    """
    name = os.environ.get(SECRETS_VARIABLE)
    if not name:
        return {}
    try:
        files = sorted(Path(name).iterdir())
    except OSError as error:
        raise ConfigError(
            f"{SECRETS_VARIABLE}={name}: {error.strerror}; name the folder that has the secrets, "
            "or unset it"
        ) from error
    prefix = ENV_PREFIX.lower()
    values = {}
    for file in files:
        if not file.name.lower().startswith(prefix):
            continue
        field = file.name.removeprefix(prefix)
        if field not in Settings.model_fields:
            raise ConfigError(
                f"{SECRETS_VARIABLE}={name}: the file {file.name} is no setting of trends; rename "
                "it as the variable in small letters, e.g. trends_kafka_password"
            )
        values[field] = _read_secret(file)
    return values


def _read_secret(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigError(
            f"{SECRETS_VARIABLE}: {file}: {error.strerror}; let this user read it"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{SECRETS_VARIABLE}: {file} is not UTF-8 text") from error


def _complaint(item: Any) -> str:
    name = ".".join(map(str, item["loc"]))
    variable = f"{ENV_PREFIX}{name.upper()}"
    if item["type"] == "extra_forbidden":
        return f"{variable} is no setting of trends"  # its value may be a secret, misspelt
    field = Settings.model_fields.get(name)
    secret = field is not None and field.annotation is SecretStr
    shown = "***" if secret else repr(item["input"])
    return f"{variable}={shown}: {item['msg']}"


def _conflicts(settings: Settings) -> Iterator[str]:
    """What is wrong with settings that are each right for themselves."""
    security = f"TRENDS_KAFKA_SECURITY={settings.kafka_security!r}"
    sasl = settings.kafka_security.startswith("SASL")
    tls = settings.kafka_security.endswith("SSL")
    if settings.kafka_security != "PLAINTEXT" and not settings.kafka:
        yield f"{security} is for a Kafka that TRENDS_KAFKA names; set that, or unset this"
    if sasl and not settings.kafka_user:
        yield f"{security} needs TRENDS_KAFKA_USER; set it, or choose PLAINTEXT or SSL"
    if sasl and not settings.kafka_password.get_secret_value():
        yield f"{security} needs TRENDS_KAFKA_PASSWORD; set it, or choose PLAINTEXT or SSL"
    if not sasl:
        secured = "choose SASL_SSL or SASL_PLAINTEXT, or unset it"
        if settings.kafka_user:
            user = f"TRENDS_KAFKA_USER={settings.kafka_user!r}"
            yield f"{user} is not used with {security}; {secured}"
        if settings.kafka_password.get_secret_value():
            yield f"TRENDS_KAFKA_PASSWORD=*** is not used with {security}; {secured}"
    yield from _file_conflicts(settings, "kafka", None if tls else security, "SSL or SASL_SSL")
    https = settings.clickhouse.startswith("https://")
    url = f"TRENDS_CLICKHOUSE={redact_url(settings.clickhouse)!r}"
    yield from _file_conflicts(settings, "clickhouse", None if https else url, "https://")
    if settings.clickhouse_password.get_secret_value() and not settings.clickhouse:
        yield (
            "TRENDS_CLICKHOUSE_PASSWORD=*** is for a server that TRENDS_CLICKHOUSE names; set "
            "that, or unset this"
        )
    cluster = settings.clickhouse_cluster
    if cluster and not CLUSTER_NAME.fullmatch(cluster):
        yield (
            f"TRENDS_CLICKHOUSE_CLUSTER={cluster!r} is no name of a cluster: letters, digits, "
            "underscores and hyphens; `SELECT DISTINCT cluster FROM system.clusters` lists them"
        )
    if cluster and not settings.clickhouse:
        yield (
            f"TRENDS_CLICKHOUSE_CLUSTER={cluster!r} is for a server that TRENDS_CLICKHOUSE names; "
            "set that, or unset this"
        )
    if settings.min_insync_replicas > settings.replication_factor:
        yield (
            f"TRENDS_MIN_INSYNC_REPLICAS={settings.min_insync_replicas} is more than "
            f"TRENDS_REPLICATION_FACTOR={settings.replication_factor}: nothing could be written; "
            "lower the one or raise the other"
        )


def _file_conflicts(
    settings: Settings, server: str, without_tls: str | None, wanted: str
) -> Iterator[str]:
    """What is wrong with the files for TLS to one server."""
    files = {kind: getattr(settings, f"{server}_{kind}_file") for kind in ("ca", "cert", "key")}
    names = {kind: f"TRENDS_{server.upper()}_{kind.upper()}_FILE" for kind in files}
    for kind, file in files.items():
        if file is None:
            continue
        if without_tls is not None:
            yield f"{names[kind]}={file} is not used with {without_tls}; choose {wanted}"
        elif not file.is_file():
            yield f"{names[kind]}={file} is no file; correct the name, or mount it"
        elif not os.access(file, os.R_OK):
            yield f"{names[kind]}={file} cannot be read; let this user read it"
    for one, other in (("cert", "key"), ("key", "cert")):
        if files[one] is not None and files[other] is None:
            yield f"{names[one]}={files[one]} needs {names[other]}; set it, too"


def _refuse_unknown_variables() -> None:
    """A misspelt variable must not be ignored in silence."""
    known = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {CONFIG_VARIABLE, SECRETS_VARIABLE}
    for name in os.environ:
        if name.startswith(ENV_PREFIX) and name not in known:
            raise ConfigError(
                f"environment variable {name} is no setting of trends; known: "
                + ", ".join(sorted(known))
            )
