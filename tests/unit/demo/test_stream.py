"""The synthetic stream: decided by its seed, popular by Zipf's law, with one topic that rises."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_taxonomy
from trends.demo.stream import (
    QUIET_S,
    RAMP_S,
    RISING_SHARE_BEFORE,
    RISING_SHARE_MAX,
    DemoStream,
    rising_share,
)
from trends.demo.vocabulary import RISING, SUBJECTS
from trends.model import Listing
from trends.wire.codec import decode_line, encode_line

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


def live(seed: int, count: int, share: float) -> list[Listing]:
    stream = DemoStream(seed)
    return [stream.listing(NOW, share) for _ in range(count)]


def test_the_same_seed_gives_the_same_stream() -> None:
    assert live(3, 50, 0.2) == live(3, 50, 0.2)
    assert live(3, 50, 0.2) != live(4, 50, 0.2)


def test_every_listing_survives_the_wire() -> None:
    for listing in live(1, 300, 0.2):
        assert decode_line(encode_line(listing)) == listing


def test_no_listing_repeats_an_id() -> None:
    stream = DemoStream(1)
    listings = [*stream.history(date(2026, 3, 2), 3, 40), *(stream.listing(NOW, 0.1),) * 1]
    assert len({listing.id for listing in listings}) == len(listings)


def test_no_slot_of_a_template_is_left_open() -> None:
    assert not any("{" in f"{listing.title}{listing.text}" for listing in live(2, 500, 0.3))


def test_history_ends_the_day_before_and_is_in_order() -> None:
    listings = list(DemoStream(1).history(date(2026, 3, 2), 28, 40))
    times = [listing.event_time for listing in listings]
    assert times[0].date() == date(2026, 2, 2)
    assert times[-1].date() == date(2026, 3, 1)
    assert all(earlier <= later for earlier, later in pairwise(times))


@pytest.mark.parametrize("seed", range(3))
def test_history_knows_the_rising_topic_from_one_listing(seed: int) -> None:
    listings = list(DemoStream(seed).history(date(2026, 3, 2), 28, 40))
    (known,) = [each for each in listings if RISING.phrase in each.text.lower()]
    assert known.event_time.date() == date(2026, 2, 16)


def test_weekends_are_quieter() -> None:
    days = Counter(x.event_time.date() for x in DemoStream(1).history(date(2026, 3, 2), 14, 40))
    working = [count for day, count in days.items() if day.weekday() < 5]
    weekend = [count for day, count in days.items() if day.weekday() >= 5]
    assert max(weekend) < min(working)


def test_a_more_popular_subject_has_more_listings() -> None:
    texts = [listing.text.lower() for listing in live(1, 3_000, 0.0)]
    counts = [sum(subject.phrase in text for text in texts) for subject in SUBJECTS]
    assert counts[0] > counts[3] > counts[10] > 0


@pytest.mark.parametrize(
    ("elapsed_s", "share"),
    [
        (0.0, RISING_SHARE_BEFORE),
        (QUIET_S, RISING_SHARE_BEFORE),
        (QUIET_S + RAMP_S / 2, RISING_SHARE_MAX / 2),
        (QUIET_S + RAMP_S, RISING_SHARE_MAX),
        (3_600.0, RISING_SHARE_MAX),
    ],
)
def test_one_topic_takes_off_within_seconds(elapsed_s: float, share: float) -> None:
    assert rising_share(elapsed_s) == pytest.approx(share)


def test_the_share_of_the_rising_topic_is_as_asked_for() -> None:
    listings = live(5, 2_000, 0.3)
    about = sum(RISING.phrase in listing.text.lower() for listing in listings)
    assert about / len(listings) == pytest.approx(0.3, abs=0.05)


def test_the_pipeline_counts_the_rising_phrase_as_a_term_and_its_rivals_under_topics() -> None:
    analyser = KernelAnalyser(default_taxonomy(), Bigrams())
    analyses = analyser.analyse([(x.title, x.text) for x in live(1, 400, 0.3)])
    assert sum(RISING.phrase in analysis.terms for analysis in analyses) > 80
    assert len({topic for analysis in analyses for topic in analysis.topics}) >= 10
