"""What a rules file says of each notifier; secrets come from the environment or stand inline.

In: mappings and the environment. Out: frozen values that print without their secrets. Never sends.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from trends.alerting.notify.signature import signing_key
from trends.alerting.rules_fields import (
    Address,
    Frozen,
    SecretUrl,
    SendTimeout,
    Text,
    Url,
    Variable,
    from_environment,
    parse_duration,
)

LOG: Final = "log"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Tls(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


_PORTS: Final = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}


class NotifierConfig(Frozen):
    """What every notifier has."""

    send_resolved: bool = True
    """Whether it also tells that an alert is over."""
    timeout: SendTimeout = parse_duration("10s")
    """A send that takes longer, from the first packet to the last, has failed."""

    @property
    def timeout_s(self) -> float:
        """`timeout` in seconds."""
        return self.timeout.total_seconds()


class HttpConfig(NotifierConfig):
    """What every notifier over HTTP has."""

    proxy_env: Variable | None = None
    proxy: SecretUrl | None = Field(default=None, validate_default=True)
    """Asked to connect; the environment's own proxy variables are not followed."""

    _proxy = field_validator("proxy", mode="before")(from_environment)

    @property
    def proxy_url(self) -> str | None:
        """`proxy`, readable."""
        return self.proxy.get_secret_value() if self.proxy else None


class LogConfig(NotifierConfig):
    """Alerts as lines of the log."""

    type: Literal["log"] = "log"


class WebhookConfig(HttpConfig):
    """Alerts as signed JSON."""

    type: Literal["webhook"]
    url_env: Variable | None = None
    url: SecretUrl = Field(default=None, validate_default=True)
    secret_env: Variable | None = None
    secret: SecretStr | None = Field(default=None, validate_default=True)
    """``whsec_`` and base64, or any text; without it, messages are not signed."""

    _environment = field_validator("url", "secret", mode="before")(from_environment)

    @field_validator("secret")
    @classmethod
    def _usable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            signing_key(value.get_secret_value())
        return value


class SlackConfig(HttpConfig):
    """Alerts for a Slack-compatible incoming webhook."""

    type: Literal["slack"]
    url_env: Variable | None = None
    url: SecretUrl = Field(default=None, validate_default=True)

    _environment = field_validator("url", mode="before")(from_environment)


class GrafanaConfig(HttpConfig):
    """Alerts as annotations on Grafana's dashboards."""

    type: Literal["grafana"]
    url: Url
    token_env: Variable | None = None
    token: SecretStr = Field(default=None, validate_default=True)
    """Of a service account that may read and write annotations (role Editor)."""
    dashboard_uid: Text | None = None
    """Marked on this dashboard alone; otherwise on all that show annotations tagged ``trends``."""
    tags: tuple[Text, ...] = ()

    _environment = field_validator("token", mode="before")(from_environment)

    @field_validator("url")
    @classmethod
    def _base(cls, value: str) -> str:
        if "@" in value or "?" in value or "#" in value:
            raise ValueError("must be Grafana's address alone, such as http://localhost:3000")
        return value.rstrip("/")


class EmailConfig(NotifierConfig):
    """Alerts as mail."""

    type: Literal["email"]
    host: Text
    tls: Tls = Tls.STARTTLS
    port: Annotated[int, Field(ge=0, le=65_535, strict=True)] = 0
    """0: the usual one for `tls`."""
    username: Text | None = None
    password_env: Variable | None = None
    password: SecretStr | None = Field(default=None, validate_default=True)
    sender: Address = Field(alias="from")
    to: Annotated[tuple[Address, ...], Field(min_length=1)]
    timeout: SendTimeout = parse_duration("30s")

    _environment = field_validator("password", mode="before")(from_environment)

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together; give both or neither")
        if self.password and self.tls is Tls.NONE and self.host not in _LOOPBACK:
            raise ValueError("tls: none would send the password readable; use starttls or implicit")
        return self

    @property
    def port_used(self) -> int:
        """`port`, or the usual one."""
        return self.port or _PORTS[self.tls]


AnyNotifier = Annotated[
    LogConfig | EmailConfig | WebhookConfig | SlackConfig | GrafanaConfig,
    Field(discriminator="type"),
]
BY_TYPE: Final[dict[str, type[NotifierConfig]]] = {
    "email": EmailConfig,
    "grafana": GrafanaConfig,
    "log": LogConfig,
    "slack": SlackConfig,
    "webhook": WebhookConfig,
}
