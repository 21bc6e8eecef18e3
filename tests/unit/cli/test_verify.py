"""What `trends verify` says of what it found."""

from __future__ import annotations

from trends.cli.verify import summary
from trends.store.verify import Verdict


def test_a_store_without_listings_proves_nothing() -> None:
    assert summary(Verdict()).startswith("nothing to compare: no listing is stored")


def test_equal_counts_are_said_with_how_many_were_compared() -> None:
    verdict = Verdict(listings=1_200, compared={"1h": 3_000, "1d": 400})
    assert summary(verdict) == "equal: 3,400 counts of 1,200 listings (1h 3,000, 1d 400)"


def test_a_difference_comes_before_everything_else() -> None:
    verdict = Verdict(compared={"1h": 3_000}, different=1)
    assert summary(verdict) == "NOT EQUAL: 1 of 3,000 counts differ"
