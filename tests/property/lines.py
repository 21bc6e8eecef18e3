"""What producers send in the property tests: few ids, words and times, so that much collides.

A `Line` carries what is true of it beside its bytes, so that the oracle needs no decoder.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from trends.model import Listing
from trends.wire.codec import encode_line

NOW = datetime(2025, 9, 1, 12, 0, tzinfo=UTC)
HORIZON_S = 90 * 86_400
TAXONOMY = "Learning: [deep learning, beta]\nGreek: [alpha, beta]"

# How long before now an event was: around bucket limits, around the retention of the 5-minute and
# the 1-hour buckets, late by months, and in the future.
AGES_S = (
    *(0, 0, 0, 0, 0, 0, 1, 299, 300, 3_600, 86_400, -86_400),
    *(13 * 86_400, 14 * 86_400, 15 * 86_400, 16 * 86_400),
    *(45 * 86_400, 120 * 86_400, 364 * 86_400, 366 * 86_400, 367 * 86_400),
)
# When a message arrived, seen from now. A producer sets this, so it need not rise with the offset;
# the limits of the horizon are met from both sides, and chains of them are longer than one horizon.
ARRIVALS_S = (
    *(0, 0, 0, -1, 1, -HORIZON_S // 2, -HORIZON_S // 2),
    *(-HORIZON_S - 1, -HORIZON_S, -HORIZON_S, 1 - HORIZON_S, -2 * HORIZON_S - 2),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message; ``id`` is empty where it cannot be read."""

    raw: bytes
    id: str = ""
    event_s: int = 0
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Lines that Kafka keeps together, and the timestamp it keeps with them."""

    lines: tuple[Line, ...]
    arrived: datetime

    @property
    def value(self) -> bytes | None:
        """The bytes Kafka would hold: none at all where there is no line."""
        return b"\n".join(line.raw for line in self.lines) if self.lines else None


def readable(listing_id: str, event_time: datetime, title: str, text: str = "") -> Line:
    """A line as a foreign producer may write it."""
    fields = {"id": listing_id, "title": title, "text": text, "listed_at": event_time.isoformat()}
    return Line(json.dumps(fields).encode(), listing_id, int(event_time.timestamp()), title, text)


def forwarded(listing: Listing) -> Line:
    """The line that the pipeline itself sends to a listing's home."""
    event_s = int(listing.event_time.timestamp())
    return Line(encode_line(listing), listing.id, event_s, listing.title, listing.text)


BAD = (Line(b"{"), Line(b'{"title": "no time"}'), Line(b'{"listed_at": "2025-01-01"}'), Line(b"7"))

_words = st.sampled_from(["alpha", "beta", "deep learning", "alpha alpha", "of", "beta. alpha"])
_texts = st.lists(_words, min_size=1, max_size=2).map(" ".join)
_readable: st.SearchStrategy[Line] = st.builds(
    readable,
    st.sampled_from("abcd"),
    st.sampled_from(AGES_S).map(lambda age_s: NOW - timedelta(seconds=age_s)),
    _texts,
    st.sampled_from(["", "", "alpha"]),
)
_line: st.SearchStrategy[Line] = st.one_of(_readable, _readable, _readable, st.sampled_from(BAD))
arrivals: st.SearchStrategy[timedelta] = st.sampled_from(ARRIVALS_S).map(
    lambda seconds: timedelta(seconds=seconds)
)
lines: st.SearchStrategy[Sequence[Line]] = st.lists(_line, min_size=0, max_size=4)
