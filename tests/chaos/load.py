"""A stream of listings with duplicates and late ones, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from trends.model import Listing

LATE_MAX = timedelta(days=30)
DUPLICATES = 0.1
LATE = 0.1
WORDS = 2_000
WORDS_PER_TEXT = 40


def deliveries(number: int, seed: int, now: datetime) -> Iterator[Listing]:
    """``number`` listings, a tenth of them repeated ones, a tenth late by up to 30 days."""
    chance = random.Random(seed)
    words = [f"w{index:x}" for index in range(WORDS)]
    weights = [1 / (rank + 1) for rank in range(WORDS)]
    sent: list[Listing] = []
    for index in range(number):
        if sent and chance.random() < DUPLICATES:
            again = chance.choice(sent)
            yield replace(again, upvotes=chance.randrange(1_000), listed_at=now)
            continue
        age = LATE_MAX * chance.random() if chance.random() < LATE else timedelta(0)
        text = chance.choices(words, weights, k=WORDS_PER_TEXT)
        for place in range(9, WORDS_PER_TEXT, 10):
            text[place] += "."
        listing = Listing(
            id=f"chaos:{index}",
            source="chaos",
            title=f"language model {chance.choice(words)}",
            text=" ".join(text),
            listed_at=now - age - timedelta(seconds=chance.randrange(7_200)),
        )
        sent.append(listing)
        yield listing
