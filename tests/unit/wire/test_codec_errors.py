"""A line that cannot be read says which field is at fault, what it held, and what to do."""

from __future__ import annotations

import orjson
import pytest

from trends.errors import BadRecord
from trends.wire.codec import (
    LINE_MAX_BYTES,
    TEXT_MAX_CHARS,
    TITLE_MAX_CHARS,
    decode_line,
    to_listing,
)

STRINGS = ("source", "text", "url", "organization", "language")


def refusal(raw: bytes) -> BadRecord:
    with pytest.raises(BadRecord) as caught:
        decode_line(raw)
    return caught.value


def refused(**fields: object) -> BadRecord:
    return refusal(orjson.dumps({"title": "T", "listed_at": "2025-03-01", **fields}))


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"T", b"{'a': 1}", b'{"a": NaN}', b'{"a": 1}{"a": 2}', b"\xef\xbb\xbf{}"],
    ids=["nothing", "half", "bare word", "Python", "NaN", "two objects", "byte order mark"],
)
def test_not_json(raw: bytes) -> None:
    error = refusal(raw)
    assert error.code == "not_json"
    assert "send one object per line" in str(error)


def test_json_nested_too_deep_is_not_read() -> None:
    assert refusal(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}").code == "not_json"


@pytest.mark.parametrize("raw", [b"7", b'"T"', b"null", b"true", b'[{"title": "T"}]'])
def test_not_object(raw: bytes) -> None:
    assert refusal(raw).code == "not_object"


def test_bad_utf8() -> None:
    error = refusal(b'{"title": "caf\xe9"}')
    assert error.code == "bad_utf8"
    assert "byte 14 is not UTF-8" in str(error)


@pytest.mark.parametrize("title", [None, "", " \t\n", "\u3000"])
def test_missing_title(title: str | None) -> None:
    error = refused(title=title)
    assert (error.code, error.field) == ("missing_title", "title")
    assert f"value {title!r}" in str(error)
    assert "map the field that holds it to 'title'" in str(error)


def test_missing_time() -> None:
    error = refused(listed_at=None)
    assert (error.code, error.field) == ("missing_time", "listed_at")
    assert "--as-of" in str(error)


@pytest.mark.parametrize("name", ["listed_at", "published_at"])
@pytest.mark.parametrize(
    "text",
    ["soon", "2025-02-30", "10000-01-01", "2025", "01/03/2025", "0001-01-01T00:00:00+23:59"],
)
def test_bad_time(name: str, text: str) -> None:
    error = refused(**{name: text})
    assert (error.code, error.field) == ("bad_time", name)
    assert repr(text) in str(error)
    assert "RFC 3339" in str(error)


@pytest.mark.parametrize("text", ["1969-12-31T23:59:59Z", "2100-01-01", "9999-12-31"])
def test_time_out_of_range(text: str) -> None:
    error = refused(listed_at=text)
    assert (error.code, error.field) == ("time_out_of_range", "listed_at")
    assert "1970 to 2099" in str(error)
    assert text in str(error)


def test_the_only_time_of_a_listing_cannot_lie_before_1970() -> None:
    error = refused(listed_at=None, published_at="1969-07-20")
    assert (error.code, error.field) == ("time_out_of_range", "published_at")
    assert "1970 to 2099" in str(error)


def test_published_at_cannot_lie_before_1900() -> None:
    assert "1900 to 2099" in str(refused(published_at="1899-12-31"))


@pytest.mark.parametrize("name", ["title", *STRINGS])
@pytest.mark.parametrize("value", [7, 1.5, True, ["a"], {"a": 1}])
def test_a_string_of_another_type(name: str, value: object) -> None:
    error = refused(**{name: value})
    assert (error.code, error.field) == ("wrong_type", name)
    assert f"{name} must be a string, not {type(value).__name__}" in str(error)
    assert repr(value) in str(error)
    assert "map or convert the field" in str(error)


@pytest.mark.parametrize("value", [1.5, True, ["a"]])
def test_an_id_of_another_type_than_string_or_whole_number(value: object) -> None:
    assert refused(id=value).code == "wrong_type"


@pytest.mark.parametrize("name", ["listed_at", "published_at"])
@pytest.mark.parametrize("value", [0, 1.5, True, ["2025-03-01"]])
def test_a_time_of_another_type(name: str, value: object) -> None:
    error = refused(**{name: value})
    assert (error.code, error.field) == ("wrong_type", name)
    assert "RFC 3339" in str(error)


@pytest.mark.parametrize("name", ["author_count", "upvotes"])
@pytest.mark.parametrize("value", [True, 1.0, "7", [7]])
def test_a_number_of_another_type(name: str, value: object) -> None:
    error = refused(**{name: value})
    assert (error.code, error.field) == ("wrong_type", name)
    assert "a whole number" in str(error)


@pytest.mark.parametrize("value", [1 << 31, -(1 << 31) - 1, (1 << 63) - 1])
def test_number_out_of_range(value: int) -> None:
    error = refused(upvotes=value)
    assert (error.code, error.field) == ("number_out_of_range", "upvotes")
    assert str(value) in str(error)


@pytest.mark.parametrize("name", ["authors", "tags"])
@pytest.mark.parametrize("value", ["A. Author", ["a", 7], [None], [["a"]], {"a": 1}, 3])
def test_a_list_of_another_type(name: str, value: object) -> None:
    error = refused(**{name: value})
    assert (error.code, error.field) == ("wrong_type", name)
    assert "a list of strings" in str(error)


@pytest.mark.parametrize("name", ["id", "title", *STRINGS])
def test_nul_byte(name: str) -> None:
    error = refused(**{name: "a\x00b"})
    assert (error.code, error.field) == ("nul_byte", name)
    assert r"'a\x00b'" in str(error)


def test_nul_byte_in_a_list() -> None:
    assert refused(authors=["a", "\x00"]).field == "authors"


@pytest.mark.parametrize("escape", [rb"\ud83d", rb"\uDE00", rb"a\ud800b"])
def test_lone_surrogate_as_an_escape(escape: bytes) -> None:
    error = refusal(b'{"listed_at": "2025-03-01", "title": "' + escape + b'"}')
    assert error.code == "lone_surrogate"
    assert "send it whole" in str(error)


def test_lone_surrogate_as_bytes_is_not_utf8() -> None:
    assert refusal(b'{"title": "\xed\xa0\xbd"}').code == "bad_utf8"


@pytest.mark.parametrize("name", ["id", "title", *STRINGS])
def test_lone_surrogate_in_the_fields_of_a_source(name: str) -> None:
    with pytest.raises(BadRecord) as caught:
        to_listing({"title": "T", "listed_at": "2025-03-01", name: "a\ud800"})
    assert (caught.value.code, caught.value.field) == ("lone_surrogate", name)


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("title_too_long", {"title": "x" * (TITLE_MAX_CHARS + 1)}),
        ("title_too_long", {"title": "x" * 5_000_000}),
        ("text_too_long", {"text": "x" * (TEXT_MAX_CHARS + 1)}),
        ("line_too_long", {"note": "x" * (2 * LINE_MAX_BYTES)}),
    ],
)
def test_too_long(code: str, fields: dict[str, object]) -> None:
    error = refused(**fields)
    assert error.code == code
    assert len(str(error)) < 200
    assert "shorten or split it" in str(error)


def test_the_longest_title_and_text_are_read() -> None:
    fields = {"title": "x" * TITLE_MAX_CHARS, "text": "x" * TEXT_MAX_CHARS}
    assert to_listing({"listed_at": "2025-03-01", **fields}).text == fields["text"]


def test_a_long_value_is_shown_in_part() -> None:
    error = refused(upvotes="9" * 1_000_000)
    assert len(str(error)) < 300
    assert "1,000,000 long" in str(error)


@pytest.mark.parametrize("depth", [260, 1_000])
def test_a_line_that_could_not_be_written_again_is_not_read(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    raw = b'{"title": "T", "listed_at": "2025-03-01", "note": ' + deep + b"}"
    error = refusal(raw)
    assert error.code == "unwritable_field"
    assert "'note'" in str(error)
    assert "send it as a string" in str(error)
    assert len(str(error)) < 400


@pytest.mark.parametrize("value", ["a\ud800", {1, 2}, b"bytes"], ids=["surrogate", "set", "bytes"])
def test_an_unknown_field_of_a_source_that_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(BadRecord) as caught:
        to_listing({"title": "T", "listed_at": "2025-03-01", "note": value})
    assert caught.value.code == "unwritable_field"


def test_nan_beside_a_whole_surrogate_pair_is_not_a_lone_surrogate() -> None:
    assert refusal(rb'{"title": "\ud83d\ude00", "score": NaN}').code == "not_json"
