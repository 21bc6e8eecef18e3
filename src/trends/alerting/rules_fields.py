"""Types of the fields of a rules file: durations, patterns, addresses, secrets.

In: what YAML gives. Out: checked values; a ValueError says what to write instead. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)

from trends.alerting.notify.text import length

_UNITS_S: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_SHORT: Final = re.compile(rf"(?:{_PART.pattern})+")
_ISO: Final[TypeAdapter[timedelta]] = TypeAdapter(timedelta)
_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+")


class Frozen(BaseModel):
    """What a file says, checked once: unknown fields are errors, nothing changes later."""

    # An input may hold a password, and what pydantic prints of an error ends in logs.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def parse_duration(value: object) -> timedelta:
    """``30m``, ``6h``, ``1h30m``, ``7d`` or ISO 8601 (``P7D``) as a timedelta."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        text = value.strip().lower()
        try:
            if _SHORT.fullmatch(text):
                return timedelta(
                    seconds=sum(
                        float(number) * _UNITS_S[unit] for number, unit in _PART.findall(text)
                    )
                )
            if text.startswith("p"):
                return _ISO.validate_python(text.upper())
        except (OverflowError, ValidationError):
            raise ValueError(
                "is no duration that can be; write one such as 30m, 6h or 7d"
            ) from None
    raise ValueError("must be a duration with its unit, such as 30m, 6h or 7d")


def between(least: timedelta, most: timedelta) -> AfterValidator:
    """Accepts durations from ``least`` to ``most``."""

    def check(value: timedelta) -> timedelta:
        if not least <= value <= most:
            raise ValueError(f"must be between {length(least)} and {length(most)}")
        return value

    return AfterValidator(check)


def http_url(value: str) -> str:
    """``value``, if something can be sent there."""
    try:
        parts = urlsplit(value)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_ok = urlsplit(""), False
    printable = value.isascii() and value.isprintable() and " " not in value
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_ok or not printable:
        raise ValueError(
            "must be a URL such as https://host/path; encode other characters than ASCII's"
        )
    return value


def _secret_url(value: SecretStr) -> SecretStr:
    http_url(value.get_secret_value())
    return value


def _address(value: str) -> str:
    _, spec = parseaddr(value)
    if not _ADDRESS.fullmatch(spec) or not value.isprintable():
        raise ValueError("must be a mail address such as team@example.org")
    return value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"names {twice[0]!r} twice; once is enough")
    return values


def _in_environment(value: str, info: ValidationInfo) -> str:
    if not environment_of(info).get(value):
        raise ValueError("is not set in the environment; set the variable, or name another")
    return value


def environment_of(info: ValidationInfo) -> Mapping[str, str]:
    """The variables that secrets are read from."""
    context: Any = info.context
    found: Mapping[str, str] = (context or {}).get("environment", {})
    return found


def from_environment(value: object, info: ValidationInfo) -> object:
    """For a field ``x``: its value, else that of the variable which ``x_env`` names.

    A before-validator; ``x_env`` must be declared first, and ``x`` validate its default.
    """
    variable = info.data.get(f"{info.field_name}_env")
    if variable is None:
        return value
    if value is not None:
        raise ValueError(f"is given twice, here and by {info.field_name}_env; leave one out")
    return environment_of(info)[variable]


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
CoolDown = Annotated[Duration, between(timedelta(0), timedelta(days=365))]
SendTimeout = Annotated[Duration, between(timedelta(milliseconds=100), timedelta(minutes=5))]
Text = Annotated[str, Field(min_length=1, strict=True)]
Globs = Annotated[tuple[Text, ...], AfterValidator(_distinct)]
Url = Annotated[Text, AfterValidator(http_url)]
# A URL that lets whoever knows it send, as Slack's do, or that may hold a password.
SecretUrl = Annotated[SecretStr, AfterValidator(_secret_url)]
Address = Annotated[Text, AfterValidator(_address)]
Variable = Annotated[Text, AfterValidator(_in_environment)]
