"""The synthetic stream: plausible listings from templates, every one decided by the seed.

In: a seed, days and shares. Out: listings. Topics have the popularity of Zipf's law and keep it;
one, `RISING`, has a single listing in the history and takes off in the live part. Never looks at a
clock: the caller says when a listing appears.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from trends.demo.vocabulary import (
    ADJECTIVES,
    DATASETS,
    ENDINGS,
    FIRST_NAMES,
    GROUPS,
    LAST_NAMES,
    MIDDLES,
    NAMES,
    OPENINGS,
    QUALITIES,
    RISING,
    SUBJECTS,
    TITLES,
    Subject,
)
from trends.model import Listing

SOURCE: Final = "demo"
ZIPF_EXPONENT: Final = 0.8
RISING_SHARE_BEFORE: Final = 0.004
RISING_SHARE_MAX: Final = 0.35
QUIET_S: Final = 0.5
RAMP_S: Final = 6.0
# Feeds announce a few times a day; that also keeps the number of buckets small.
ANNOUNCED_AT: Final = (time(6, 0), time(12, 0), time(18, 0))
WEEKEND_SHARE: Final = 0.5


def rising_share(elapsed_s: float) -> float:
    """The share of live listings about `RISING`, ``elapsed_s`` after the live part began."""
    ramp = (elapsed_s - QUIET_S) / RAMP_S
    return max(RISING_SHARE_BEFORE, RISING_SHARE_MAX * min(1.0, ramp))


class DemoStream:
    """Gives listings one after the other; the same seed and calls give the same listings."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chance = random.Random(seed)
        self._weights = [1 / rank**ZIPF_EXPONENT for rank in range(1, len(SUBJECTS) + 1)]
        self._number = 0

    def history(self, before: date, days: int, per_day: int) -> Iterator[Listing]:
        """The listings of ``days`` days that end the day before ``before``, in order of time.

        The first one of the middle day is about `RISING`, and no other.

        Args:
            before: the first day that is no history.
            days: how many days.
            per_day: listings of a working day; there are fewer on weekends.
        """
        for back in range(days, 0, -1):
            day = before - timedelta(days=back)
            share = WEEKEND_SHARE if day.weekday() >= 5 else 1.0
            count = round(per_day * share * self._chance.uniform(0.9, 1.1))
            for number in range(count):
                moment = ANNOUNCED_AT[number * len(ANNOUNCED_AT) // count]
                is_known = (back, number) == (days // 2, 0)
                yield self.listing(datetime.combine(day, moment, UTC), float(is_known))

    def listing(self, listed_at: datetime, share_rising: float) -> Listing:
        """One more listing.

        Args:
            listed_at: when it appears.
            share_rising: how likely it is about `RISING`.
        """
        chance = self._chance
        if chance.random() < share_rising:
            subject = RISING
        else:
            (subject,) = chance.choices(SUBJECTS, self._weights)
        words = self._words(subject)
        sentences = [
            chance.choice(OPENINGS),
            *chance.sample(MIDDLES, 2),
            chance.choice(ENDINGS),
        ]
        self._number += 1
        authors = tuple(
            f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
            for _ in range(chance.randint(1, 4))
        )
        return Listing(
            id=f"{SOURCE}:{self._seed}:{self._number}",
            source=SOURCE,
            title=_sentence(chance.choice(TITLES), words),
            text=" ".join(_sentence(sentence, words) for sentence in sentences),
            listed_at=listed_at,
            authors=authors,
            organization=chance.choice(GROUPS),
            upvotes=int(chance.expovariate(1 / 8)),
            language="en",
        )

    def _words(self, subject: Subject) -> dict[str, object]:
        chance = self._chance
        task, other_task = chance.sample(subject.tasks, 2)
        quality, other_quality = chance.sample(QUALITIES, 2)
        return {
            "s": subject.phrase,
            "t": task,
            "t2": other_task,
            "a": chance.choice(ADJECTIVES),
            "n": chance.choice(NAMES),
            "q": quality,
            "q2": other_quality,
            "d": chance.choice(DATASETS),
            "x": chance.randint(3, 19),
            "y": chance.randint(1, 9),
        }


def _sentence(template: str, words: dict[str, object]) -> str:
    text = template.format(**words)
    return text[0].upper() + text[1:]
