"""Whatever arrives, the codec gives a listing or says why not; what it writes it can read."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from hypothesis import given
from hypothesis import strategies as st

from trends.errors import BadRecord
from trends.model import Listing
from trends.wire.codec import decode_line, decode_message, encode_line

_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
_title = _text.map(str.strip).filter(bool)
_times = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2099, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_ints = st.none() | st.integers(-(1 << 31), (1 << 31) - 1)
_texts = st.lists(_text.filter(bool), max_size=3).map(tuple)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | _text
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(["title", "listed_at", "id", "authors", "upvotes", "url", "text", "new"])
_listings = st.builds(
    Listing,
    id=_title,
    title=_title,
    source=_text,
    text=_text,
    url=_text,
    published_at=st.none() | _times,
    listed_at=_times,
    authors=_texts,
    author_count=_ints,
    organization=_text,
    upvotes=_ints,
    tags=_texts,
    language=_text,
    extra=st.dictionaries(_text.map("x{}".format), _json, max_size=3),
)


@given(_listings)
def test_a_listing_survives_encoding_and_decoding(listing: Listing) -> None:
    assert decode_line(encode_line(listing)) == listing


@given(st.dictionaries(_names, _json | st.just("2025-03-01"), max_size=8).map(orjson.dumps))
def test_any_object_is_a_listing_that_can_be_sent_on_or_a_bad_record(line: bytes) -> None:
    try:
        listing = decode_line(line)
    except BadRecord:
        return
    assert decode_line(encode_line(listing)) == listing


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: repr(text).encode()))
def test_any_bytes_are_listings_or_bad_records(value: bytes) -> None:
    lines = list(decode_message(value))
    assert lines
    for line in lines:
        assert isinstance(line.result, Listing | BadRecord)
        assert line.raw == value.split(b"\n")[line.line] or len(lines) == 1
