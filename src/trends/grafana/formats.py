r"""A variable's value written in one of Grafana's formats, ``${name:format}``. Pure.

These are Grafana's own rules, holes included: neither ``singlequote`` nor ``sqlstring`` doubles a
backslash, which ClickHouse takes for an escape. A value with one can end its literal early.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from trends.errors import ConfigError

QUOTING: Final = frozenset({"singlequote", "sqlstring"})
"""What makes a value safe to stand in SQL."""
ENCODED: Final = "percentencode"
"""What makes one value safe to stand in quotes, backslashes too: ``decodeURLComponent('...')``."""


def format_value(name: str, value: str | tuple[str, ...], text: str, format_: str) -> str:
    """``value`` of the variable ``name``, which shows as ``text``, in ``format_``.

    Raises:
        ConfigError: if Grafana has no such format.
    """
    base, _, rest = format_.partition(":")
    if base == "text":
        return text
    if base == "queryparam":
        return "&".join(f"var-{name}={percent_encoded(item)}" for item in _many(value))
    if base == "date":
        return _date(value, rest or "iso")
    known = _FORMATS.get(base)
    if known is None:
        raise ConfigError(f"Grafana has no format {format_!r} for variables")
    return known(value)


def plain_value(value: str | tuple[str, ...]) -> str:
    """Without a format: the plugin quotes the many, and escapes nothing."""
    return value if isinstance(value, str) else "'" + "','".join(value) + "'"


def percent_encoded(value: str) -> str:
    """As RFC 3986 says."""
    return quote(value, safe="-_.~")


def _many(value: str | tuple[str, ...]) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value


def _single_quoted(value: str | tuple[str, ...]) -> str:
    return ",".join("'" + item.replace("'", "\\'") + "'" for item in _many(value))


def _double_quoted(value: str | tuple[str, ...]) -> str:
    return ",".join('"' + item.replace('"', '\\"') + '"' for item in _many(value))


def _sql_string(value: str | tuple[str, ...]) -> str:
    escaped = (item.replace("'", "''").replace('"', '\\"') for item in _many(value))
    return ",".join(f"'{item}'" for item in escaped)


def _regex(value: str | tuple[str, ...]) -> str:
    escaped = [re.sub(r"([\\^$*+?.()|\[\]{}/])", r"\\\1", item) for item in _many(value)]
    return escaped[0] if len(escaped) == 1 else "(" + "|".join(escaped) + ")"


def _json(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))


def _glob(value: str | tuple[str, ...]) -> str:
    items = _many(value)
    return "{" + ",".join(items) + "}" if len(items) > 1 else ",".join(items)


def _percent(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return percent_encoded(value)
    return percent_encoded("{" + ",".join(value) + "}")


def _date(value: str | tuple[str, ...], how: str) -> str:
    number = value if isinstance(value, str) else ",".join(value)
    if not number.lstrip("-").isdigit():
        return "NaN"
    at_ms = int(number)
    if how == "ms":
        return number
    if how == "seconds":
        return str((at_ms + 500) // 1_000)
    if how == "iso":
        at = datetime.fromtimestamp(at_ms / 1_000, UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1_000:03d}Z"
    raise ConfigError(f"the date format {how!r} is not one of iso, seconds and ms")


_FORMATS: Final[dict[str, Callable[[str | tuple[str, ...]], str]]] = {
    "raw": lambda value: ",".join(_many(value)),
    "csv": lambda value: ",".join(_many(value)),
    "pipe": lambda value: "|".join(_many(value)),
    "singlequote": _single_quoted,
    "doublequote": _double_quoted,
    "sqlstring": _sql_string,
    "regex": _regex,
    "json": _json,
    "glob": _glob,
    "percentencode": _percent,
}
FORMATS: Final = frozenset(_FORMATS) | {"text", "queryparam", "date"}
