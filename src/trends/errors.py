"""One tree of errors, so that a caller knows from the class alone what to do.

    TrendsError
    ├── ConfigError   the user must change something: exit with the message
    ├── BadRecord     one record cannot be used: dead letter, go on
    ├── Unavailable   a dependency is away: wait with back-off, then retry
    └── Fatal         going on would lose or corrupt something: stop and say why

Errors of libraries are translated into this tree where they are called.
"""

from __future__ import annotations

VALUE_SHOWN_MAX_CHARS = 80


class TrendsError(Exception):
    """Base of every error that this project raises on purpose."""


class ConfigError(TrendsError):
    """A setting, an argument or a file given by the user is wrong."""


class Unavailable(TrendsError):
    """A broker, store or other dependency does not answer; retrying may help."""


class Fatal(TrendsError):
    """An invariant does not hold; continuing could make counts wrong."""


class BadRecord(TrendsError):
    """One record that cannot become a listing.

    Args:
        code: stable, machine-readable name of the problem, e.g. ``missing_title``.
        message: what is wrong, in words.
        field: the field at fault, if it is one field.
        value: the offending value; shown shortened.
        remedy: what the sender can do about it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        value: object = None,
        remedy: str | None = None,
    ) -> None:
        self.code = code
        self.field = field
        parts = [message]
        if field is not None:
            parts.append(f"(field {field!r}, value {shorten(value)})")
        if remedy is not None:
            parts.append(f"- {remedy}")
        super().__init__(" ".join(parts))


def shorten(value: object, max_chars: int = VALUE_SHOWN_MAX_CHARS) -> str:
    """The ``repr`` of ``value``, safe to print and cut to about ``max_chars``."""
    # Cut before repr: a 5 MB title must not be copied several times to be shown in part.
    if isinstance(value, str | bytes) and len(value) > max_chars:
        return f"{value[:max_chars]!r}... ({len(value):,} long)"
    try:
        shown = repr(value)
    except RecursionError:
        return f"a deeply nested {type(value).__name__}"
    return shown if len(shown) <= 2 * max_chars else f"{shown[:max_chars]}..."
