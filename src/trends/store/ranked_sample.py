"""A bounded sample of listings as evidence: which candidates each mentions, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.ranking.sample import Pairs, Sample
from trends.store.ranked_counts import Windows, rows_of

SAMPLE_MAX_LISTINGS: Final = 6_000
# Listings are chosen by a hash of their id: the same at every run, and across the whole window.
_HASH_RANGE: Final = 1_000_000

# A term without its last or first word; nothing, if it has but one.
_WITHOUT_LAST: Final = (
    "if(position(t, ' ') = 0, '', substring(t, 1, length(t) - position(reverse(t), ' ')))"
)
_WITHOUT_FIRST: Final = "if(position(t, ' ') = 0, '', substring(t, position(t, ' ') + 1))"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a sample of listings shows.

    Attributes:
        sample: of the window; of the days before as well where that has few listings.
        ids: of its listings.
        since: the first day of the sample.
        in_use: candidate to the listings that introduce it as a short form, and that mention it
            without.
    """

    sample: Sample
    ids: tuple[str, ...]
    since: datetime
    in_use: dict[str, tuple[int, int]]


def evidence(client: Client, windows: Windows, names: Sequence[str]) -> Evidence:
    """The evidence of at most `SAMPLE_MAX_LISTINGS` listings on ``names``."""
    since, kept = _range(client, windows)
    rows = rows_of(
        client,
        f"WITH {_numbers('t', 'terms')} AS mentioned "
        "SELECT id, length(terms), title_terms, arrayFilter(n -> n >= 0, mentioned), "
        "arrayFilter(n -> n >= 0, arraySlice(mentioned, 1, title_terms)), "
        # "large language" is followed in a listing with "large language model".
        f"arrayFilter(n -> n >= 0, {_numbers(_WITHOUT_LAST, 'terms')}), "
        f"arrayFilter(n -> n >= 0, {_numbers(_WITHOUT_FIRST, 'terms')}), "
        f"arrayFilter(n -> n >= 0, {_numbers('t', 'mapKeys(acronyms)')}) "
        "FROM listings_counted FINAL "
        "PREWHERE event_time >= %(since)s AND event_time < %(end)s "
        f"AND modulo(cityHash64(id), {_HASH_RANGE}) < %(kept)s "
        "ORDER BY event_time DESC, id LIMIT %(limit)s",
        since=since,
        end=windows.end,
        kept=kept,
        limit=SAMPLE_MAX_LISTINGS,
        names=list(names),
        numbers=list(range(len(names))),
    )
    mentioned = [row[3] for row in rows]
    sample = Sample(
        names,
        [row[1] for row in rows],
        [row[2] for row in rows],
        present=Pairs.of(mentioned),
        titled=Pairs.of([row[4] for row in rows]),
        followed=Pairs.of([row[5] for row in rows]),
        preceded=Pairs.of([row[6] for row in rows]),
    )
    introduced = Counter(chain.from_iterable(row[7] for row in rows))
    mentions = Counter(chain.from_iterable(mentioned))
    in_use = {names[number]: (times, mentions[number]) for number, times in introduced.items()}
    return Evidence(sample, tuple(str(row[0]) for row in rows), since, in_use)


def _numbers(expression: str, terms: str) -> str:
    """SQL: of each element ``t`` of ``terms``, its number among the names, or -1."""
    return f"arrayMap(t -> transform({expression}, %(names)s, %(numbers)s, -1), {terms})"


def _range(client: Client, windows: Windows) -> tuple[datetime, int]:
    """From which day on listings are taken, and how many of `_HASH_RANGE` hashes."""
    days = rows_of(
        client,
        "SELECT toUnixTimestamp(bucket), listings FROM totals WHERE resolution = '1d' "
        "AND bucket < %(end)s ORDER BY bucket DESC",
        end=windows.end,
    )
    start = windows.start.timestamp()
    listings = in_window = 0
    since = start
    for day, number in days:
        if day < start and listings >= SAMPLE_MAX_LISTINGS:
            break
        listings += int(number)
        in_window += int(number) if day >= start else 0
        since = min(since, day)
    kept = _HASH_RANGE * min(1.0, SAMPLE_MAX_LISTINGS / max(in_window, 1))
    return datetime.fromtimestamp(since, UTC), round(kept)


def texts_of(client: Client, shown: Evidence, places: Iterable[int]) -> list[tuple[str, str]]:
    """Title and text of some listings of the sample."""
    ids = sorted(shown.ids[place] for place in places)
    if not ids:
        return []
    rows = rows_of(
        client,
        "SELECT title, text FROM listings_counted FINAL "
        "PREWHERE event_time >= %(since)s AND id IN %(ids)s ORDER BY id",
        since=shown.since,
        ids=tuple(ids),
    )
    return [(str(row[0]), str(row[1])) for row in rows]
