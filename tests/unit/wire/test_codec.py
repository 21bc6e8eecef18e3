"""A line that can be read gives the listing it says."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from trends.errors import BadRecord
from trends.model import Listing
from trends.wire.codec import decode_line, decode_message, encode_line, to_listing

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
FULL = Listing(
    id="arxiv:2503.00001",
    title="Ünïcode – 標題 🙂",
    source="daily",
    text="One.\nTwo.",
    url="https://arxiv.org/abs/2503.00001",
    published_at=datetime(1950, 1, 2, tzinfo=UTC),
    listed_at=NOON.replace(microsecond=123_456),
    authors=("A. Author", "B. Author"),
    author_count=7,
    organization="Lab",
    upvotes=-3,
    tags=("cs.LG",),
    language="en",
    extra={"rank": 1, "nested": {"a": [1, None, True]}},
)


def decode(**fields: object) -> Listing:
    return decode_line(orjson.dumps({"title": "T", "listed_at": "2025-03-01", **fields}))


def test_a_listing_with_every_field_survives_encoding_and_decoding() -> None:
    assert decode_line(encode_line(FULL)) == FULL


def test_absent_fields_are_not_sent() -> None:
    line = encode_line(Listing(id="x", title="T", listed_at=NOON))
    assert orjson.loads(line) == {"id": "x", "title": "T", "listed_at": "2025-03-01T12:00:00Z"}


def test_an_encoded_line_is_one_line() -> None:
    assert b"\n" not in encode_line(FULL)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-03-01T12:00:00Z", NOON),
        ("2025-03-01T14:00:00+02:00", NOON),
        ("2025-03-01 12:00:00", NOON),
        ("2025-03-01", NOON.replace(hour=0)),
        ("2025-03-01T12:00:00.5Z", NOON.replace(microsecond=500_000)),
        ("1970-01-01", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2099-12-31T23:59:59Z", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_utc(text: str, time: datetime) -> None:
    assert decode(listed_at=text).event_time == time


def test_event_time_is_when_it_was_listed_else_when_it_was_published() -> None:
    published = {"title": "T", "published_at": "2025-02-01"}
    assert to_listing(published).event_time == datetime(2025, 2, 1, tzinfo=UTC)
    assert to_listing({**published, "listed_at": "2025-03-01"}).event_time.month == 3


def test_published_at_may_lie_before_1970_if_the_listing_has_another_time() -> None:
    assert decode(published_at="1900-01-01").published_at == datetime(1900, 1, 1, tzinfo=UTC)


def test_a_title_loses_surrounding_white_space() -> None:
    assert decode(title=" \n T \t").title == "T"


def test_null_and_empty_values_are_absent_values() -> None:
    nulls = dict.fromkeys(("text", "url", "authors", "upvotes", "tags", "published_at", "id"))
    assert decode(**nulls) == decode()
    assert decode(published_at="", text="", authors=[""], tags=[]) == decode()


@pytest.mark.parametrize(("sent", "kept"), [("7", "7"), (7, "7"), (" a b ", "a b"), ("é", "é")])
def test_an_id_is_used_as_the_source_gives_it(sent: object, kept: str) -> None:
    assert decode(id=sent).id == kept


def test_without_an_id_the_url_and_then_the_title_tell_which_listing_it_is() -> None:
    assert decode(url="https://arxiv.org/abs/2503.00001v2").id == "arxiv:2503.00001"
    assert decode(title="Deep  Learning!").id == "title:deep learning"


def test_unknown_fields_are_kept() -> None:
    assert decode(rank=3, extra={"a": 1}).extra == {"rank": 3, "extra": {"a": 1}}


def test_a_surrogate_pair_in_an_escape_is_one_character() -> None:
    assert decode_line(rb'{"title": "\ud83d\ude00", "listed_at": "2025-03-01"}').title == "😀"


GOOD = b'{"title": "T", "listed_at": "2025-03-01"}'


def test_lines_are_numbered_from_zero_and_blank_lines_count_but_are_nothing() -> None:
    lines = list(decode_message(b"\n" + GOOD + b"\r\n \t\n" + GOOD + b"\n"))
    assert [line.line for line in lines] == [1, 3]
    assert all(isinstance(line.result, Listing) for line in lines)


def test_a_bad_line_keeps_its_bytes_and_spares_its_neighbours() -> None:
    before, bad, after = decode_message(b"\n".join([GOOD, b"{bad", GOOD]))
    assert isinstance(before.result, Listing)
    assert isinstance(after.result, Listing)
    assert isinstance(bad.result, BadRecord)
    assert (bad.line, bad.raw) == (1, b"{bad")


def test_one_bad_line_in_a_megabyte_costs_only_itself() -> None:
    good = orjson.dumps({"title": "T", "listed_at": "2025-03-01", "text": "x" * 1_000})
    lines = [good] * 1_000
    lines[500] = b"\xff"
    results = [line.result for line in decode_message(b"\n".join(lines))]
    assert [n for n, result in enumerate(results) if isinstance(result, BadRecord)] == [500]
    assert len(results) == 1_000


@pytest.mark.parametrize("value", [None, b"", b"\n", b" \r\n\t\n"])
def test_a_message_without_a_line_is_one_bad_record(value: bytes | None) -> None:
    (line,) = decode_message(value)
    assert isinstance(line.result, BadRecord)
    assert line.result.code == "empty_message"
    assert (line.line, line.raw) == (0, value or b"")
