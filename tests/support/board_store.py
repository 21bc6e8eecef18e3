"""A store that a dashboard has something to show of, counted and ranked by the pipeline's own code.

```
 days ago  400  ...  119 ......................... 28 ........... 7 ...... 1 | now
 every day           turbines (three names), robots, agents, one lone word
 40, 39                        kettles, half of the day's listings
 30                            the topic Proteins, in other words each time
 last 10                                               lattice engine (new)
 last hours                                                       listings of minutes ago
 the hour before                                                  fusion, in all of them
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from clickhouse_connect.driver.client import Client

from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_taxonomy, default_text
from trends.clock import ManualClock
from trends.counting.buckets import RESOLUTIONS
from trends.model import Listing
from trends.processor.flood import FloodGuard
from trends.processor.flush import write_flush
from trends.processor.shard import ShardLimits, ShardProcessor
from trends.ranker.board import StoreBoard
from trends.ranker.ranker import rank_all
from trends.store.clickhouse import ClickHouseStore
from trends.store.generations import counting_generation
from trends.store.interface import ShardInfo
from trends.wire.codec import encode_line
from trends.wire.partition import home_partition

DAY = timedelta(days=1)
DAYS = 120
KETTLE_DAYS = (40, 39)
PROTEIN_DAY = 30
SOURCES = ("arxiv", "papers", "o'reilly")
LONG, SHORT = "gated tidal turbine", "gtt"
NEW = "lattice engine"
KETTLE = "Leclanché's kettle"
FUSION = "Mirror fusion"
PROTEINS = ("Peptides", "An antibody", "Enzymes", "Amino acids", "A protein", "AlphaFold")
UPVOTES_LATER = 77
NO_WEB = ("", "", "javascript:alert(1)")  # addresses that are none of a page


def listings(now: datetime) -> Iterator[Listing]:
    """Of every day up to ``now``, one of a year before, and some of the last hours."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    yield _listing(today - 400 * DAY, 0, "A robot of long ago", "Robots grasp with a hand.")
    for age in range(DAYS, 0, -1):
        yield from _of_day(today, age)
    # Listed again, with other upvotes: no listings more.
    for listing in (*_of_day(today, 3),)[:10:9]:
        yield replace(listing, listed_at=today - 2 * DAY, upvotes=UPVOTES_LATER)
    for minutes in range(200, 0, -7):
        yield _listing(now - timedelta(minutes=minutes), minutes, *_words(0, minutes % 12))
    hour = now.replace(minute=0) - timedelta(hours=1)
    for minutes in range(0, 60, 5):
        title = f"{FUSION} by {('plasma', 'magnets', 'lasers')[minutes % 3]}"
        yield _listing(hour + timedelta(minutes=minutes), 300 + minutes, title, "A hot bottle.")


def _of_day(today: datetime, age: int) -> Iterator[Listing]:
    for number in range(12):
        at = today - age * DAY + timedelta(hours=2 * number)
        yield _listing(at, number, *_words(age, number))


def _words(age: int, number: int) -> tuple[str, str]:
    """Title and text; on two days of each week the turbines are many, and lately more."""
    if number < (5 if age % 7 < 2 or age < 7 else 2):
        both = f"Gated tidal turbines (GTT) at sea {number}"
        title = (both, "A GTT at sea", "Gated tidal turbines at sea")[number % 3]
        return title, "We turn the sea's power into light by reinforcement learning."
    if age in KETTLE_DAYS and number >= 6:
        return f"{KETTLE} {number}", "Sal ammoniac \\ zinc give 'wet' power."
    if age == PROTEIN_DAY and number >= 6:
        return f"{PROTEINS[number - 6]} at work {number}", "We look closely."
    if number < 8:
        return f"Robot arm {number} grasps", "A robot plans its grasp by reinforcement learning."
    if age <= 10 and number < 10:
        return "A lattice engine for agents", "The lattice engine runs LLM agents with tools."
    return "Schrödinger's cats & C++", "Language models (LLMs) read. A multi-agent system answers."


def _listing(at: datetime, number: int, title: str, text: str) -> Listing:
    return Listing(
        id=f"board:{at:%Y%m%d%H%M}:{number}",
        source=SOURCES[number % 3],
        title=title,
        text=text,
        url=f"https://example.org/{number}" if number % 4 else NO_WEB[number % 3],
        listed_at=at,
        organization="Sea & Sons" if number % 5 == 0 else "",
        upvotes=number if number % 2 else None,
        tags=("sea", "power") if number % 3 == 0 else ("land",) if number % 3 == 1 else (),
    )


def fill(client: Client, given: Iterable[Listing], now: datetime) -> None:
    """Counts listings, in two shards, and ranks the days that end with ``now``'s."""
    generation = counting_generation(client, Bigrams(), default_text(), now)
    store = ClickHouseStore(client, generation.number)
    analyser = KernelAnalyser(default_taxonomy(), Bigrams())
    shards = [
        ShardProcessor(
            ShardInfo("listings", "boards", partition, 2),
            store,
            analyser,
            RESOLUTIONS,
            ShardLimits(),
            FloodGuard(1_000, 0.2),
        )
        for partition in range(2)
    ]
    for offset, listing in enumerate(given):
        shard = shards[home_partition(listing.id, len(shards))]
        shard.process(offset, encode_line(listing), now, now)
    write_flush(store, [shard.take_flush() for shard in shards], now)
    clock = ManualClock(now)
    rank_all(StoreBoard(client, clock), now.date() - DAY, clock, lambda *_: None)
