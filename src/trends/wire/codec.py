"""NDJSON lines to listings and back.

In: the bytes of one Kafka message, one or more JSON objects, one per line. Out: for every line a
`Listing` or a `BadRecord` with a code. Acceptance depends on the line alone, never on the clock or
on other lines, so that reading a line again gives the same answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson

from trends.errors import BadRecord
from trends.identity import listing_id
from trends.model import Listing

LINE_MAX_BYTES: Final = 1 << 20
TITLE_MAX_CHARS: Final = 2_000
TEXT_MAX_CHARS: Final = 500_000
EVENT_TIME_MIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
PUBLISHED_MIN: Final = datetime(1900, 1, 1, tzinfo=UTC)
TIME_END: Final = datetime(2100, 1, 1, tzinfo=UTC)
INT_LIMIT: Final = 1 << 31

_STRINGS: Final = ("source", "text", "url", "organization", "language")
_KNOWN: Final = frozenset(
    {"id", "title", "published_at", "listed_at", "authors", "author_count", "upvotes", "tags"}
) | frozenset(_STRINGS)


@dataclass(frozen=True, slots=True)
class DecodedLine:
    """One line of a message: its number from 0, its bytes, and what became of it."""

    line: int
    raw: bytes
    result: Listing | BadRecord


def decode_message(value: bytes | None) -> Iterator[DecodedLine]:
    """Every line of a message, in order. Blank lines between others are nothing, not errors."""
    if not value or not value.strip():
        error = BadRecord(
            "empty_message", "the message holds no line", remedy="send one JSON object per line"
        )
        yield DecodedLine(0, value or b"", error)
        return
    for number, raw in enumerate(value.split(b"\n")):
        if not raw or raw.isspace():
            continue
        try:
            yield DecodedLine(number, raw, decode_line(raw))
        except BadRecord as error:
            yield DecodedLine(number, raw, error)


def decode_line(raw: bytes) -> Listing:
    """One JSON object to a listing.

    Raises:
        BadRecord: with a code that names the problem.
    """
    try:
        fields = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _why_not_json(raw, error) from error
    if not isinstance(fields, dict):
        raise BadRecord("not_object", f"a line must be a JSON object, not {type(fields).__name__}")
    listing = to_listing(fields)
    if len(raw) > LINE_MAX_BYTES:
        raise line_too_long(len(raw))
    return listing


def to_listing(fields: Mapping[str, object]) -> Listing:
    """Fields under the wire's names to a validated listing; unknown ones are kept in ``extra``.

    Raises:
        BadRecord: if a required field is missing or a value cannot be used.
    """
    title = _string(fields, "title").strip()
    if not title:
        raise BadRecord(
            "missing_title",
            "a listing needs a title",
            field="title",
            value=fields.get("title"),
            remedy="map the field that holds it to 'title'",
        )
    if len(title) > TITLE_MAX_CHARS:
        raise _too_long("title_too_long", "the title", len(title), TITLE_MAX_CHARS)
    strings = {name: _string(fields, name) for name in _STRINGS}
    if len(strings["text"]) > TEXT_MAX_CHARS:
        raise _too_long("text_too_long", "the text", len(strings["text"]), TEXT_MAX_CHARS)
    published_at = _time(fields, "published_at", PUBLISHED_MIN)
    listed_at = _time(fields, "listed_at", EVENT_TIME_MIN)
    if listed_at is None:
        if published_at is None:
            raise BadRecord(
                "missing_time",
                "a listing needs listed_at or published_at",
                field="listed_at",
                value=None,
                remedy="send one of them, or give --as-of where the source has no date",
            )
        if published_at < EVENT_TIME_MIN:
            raise _out_of_range("published_at", published_at.isoformat(), EVENT_TIME_MIN)
    extra = {key: value for key, value in fields.items() if key not in _KNOWN}
    if extra:
        _check_writable(extra)
    explicit = fields.get("id")
    if isinstance(explicit, int) and not isinstance(explicit, bool):
        explicit = str(explicit)
    elif explicit is not None:
        explicit = _string(fields, "id")
    return Listing(
        id=listing_id(explicit, strings["url"], title),
        title=title,
        published_at=published_at,
        listed_at=listed_at,
        authors=_strings(fields, "authors"),
        author_count=_integer(fields, "author_count"),
        upvotes=_integer(fields, "upvotes"),
        tags=_strings(fields, "tags"),
        extra=extra,
        **strings,
    )


def encode_line(listing: Listing) -> bytes:
    """A listing as one line of JSON without the newline; absent fields are left out."""
    fields: dict[str, object] = dict(listing.extra)
    for name in ("id", "source", "title", "text", "url", "organization", "language"):
        value = getattr(listing, name)
        if value:
            fields[name] = value
    for name in ("published_at", "listed_at", "author_count", "upvotes"):
        value = getattr(listing, name)
        if value is not None:
            fields[name] = value
    if listing.authors:
        fields["authors"] = listing.authors
    if listing.tags:
        fields["tags"] = listing.tags
    return orjson.dumps(fields, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def _check_writable(extra: Mapping[str, object]) -> None:
    try:
        orjson.dumps(extra)
    except orjson.JSONEncodeError as error:
        raise BadRecord(
            "unwritable_field",
            f"an unknown field cannot be written as JSON: {error}",
            field=", ".join(map(repr, extra)),
            value=extra,
            remedy="drop it, or send it as a string",
        ) from error


def _string(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type(name, value, "a string")
    return _clean(name, value)


def _clean(name: str, value: str) -> str:
    if "\x00" in value:
        raise BadRecord(
            "nul_byte",
            "text must not hold NUL characters",
            field=name,
            value=value,
            remedy="drop them before sending",
        )
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            # Neither to be stored nor to be sent on.
            raise _lone_surrogate(name, value) from error
    return value


def _strings(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _wrong_type(name, value, "a list of strings")
    return tuple(_clean(name, item) for item in value if item)


def _integer(fields: Mapping[str, object], name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(name, value, "a whole number")
    if not -INT_LIMIT <= value < INT_LIMIT:
        raise BadRecord(
            "number_out_of_range", "the number needs more than 32 bits", field=name, value=value
        )
    return value


def _time(fields: Mapping[str, object], name: str, earliest: datetime) -> datetime | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _wrong_type(name, value, "an RFC 3339 time such as '2025-03-01T12:00:00Z'")
    try:
        time = datetime.fromisoformat(value)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRecord(
            "bad_time",
            "not a time",
            field=name,
            value=value,
            remedy="send RFC 3339 such as '2025-03-01T12:00:00Z', or a date",
        ) from error
    if not earliest <= time < TIME_END:
        raise _out_of_range(name, value, earliest)
    return time


def _out_of_range(name: str, value: str, earliest: datetime) -> BadRecord:
    return BadRecord(
        "time_out_of_range",
        f"a time must lie in the years {earliest.year} to {TIME_END.year - 1}",
        field=name,
        value=value,
        remedy="correct the date at its source",
    )


def _wrong_type(name: str, value: object, wanted: str) -> BadRecord:
    return BadRecord(
        "wrong_type",
        f"{name} must be {wanted}, not {type(value).__name__}",
        field=name,
        value=value,
        remedy="map or convert the field",
    )


def line_too_long(length: int) -> BadRecord:
    """The error for a line of ``length`` bytes."""
    return _too_long("line_too_long", "the line", length, LINE_MAX_BYTES, "bytes")


def _too_long(code: str, what: str, length: int, limit: int, unit: str = "characters") -> BadRecord:
    return BadRecord(
        code, f"{what} is {length:,} {unit} long; at most {limit:,}", remedy="shorten or split it"
    )


def _lone_surrogate(field: str | None, value: object) -> BadRecord:
    return BadRecord(
        "lone_surrogate",
        "half of a surrogate pair, which no text can hold",
        field=field,
        value=value,
        remedy="the sender cut a character in two; send it whole",
    )


def _why_not_json(raw: bytes, error: orjson.JSONDecodeError) -> BadRecord:
    try:
        text = raw.decode()
    except UnicodeDecodeError as bad:
        return BadRecord(
            "bad_utf8", f"byte {bad.start} is not UTF-8", value=raw, remedy="send UTF-8"
        )
    if "\\ud" in text or "\\uD" in text:
        try:
            json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            pass
        else:
            return _lone_surrogate(None, raw)
    return BadRecord("not_json", f"not JSON: {error}", value=raw, remedy="send one object per line")


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
