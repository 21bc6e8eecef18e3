"""Counts of a thing over time, under all its names: each listing once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.analysis.segment import Bigrams, Segmenter, segmenter
from trends.analysis.tokens import sentence_parts
from trends.ranking.aliases import learn
from trends.ranking.spellings import Spellings
from trends.store.generations import active_generation
from trends.store.queries import newest_day
from trends.store.ranked_aliases import introductions
from trends.store.ranked_counts import Windows, rows_of
from trends.store.ranked_sample import evidence

_BUCKETS: Final = {"5m": "5 MINUTE", "1h": "1 HOUR", "1d": "1 DAY"}


@dataclass(frozen=True, slots=True)
class Names:
    """What a person asked for, and under which names it is counted.

    Attributes:
        typed: as given.
        name: the one that most listings mention; what was typed, in normal form, if none does.
        names: all that are counted, most frequent first.
    """

    typed: str
    name: str
    names: tuple[str, ...]


def stored_form(client: Client, typed: str) -> str:
    """What was typed, as it would stand in the counts of this store."""
    return " ".join(form for part in sentence_parts(typed, _cutter(client)) for form in part)


def names_of(client: Client, typed: Sequence[str]) -> list[Names]:
    """The names of each thing that was typed; a thing that is asked for twice comes once."""
    forms = {text: stored_form(client, text) for text in typed}
    spellings = _spellings(client, sorted({form for form in forms.values() if form}))
    found: dict[str, Names] = {}
    for text, form in forms.items():
        if not form:
            continue
        counted = _counted(client, sorted(spellings.all_names(form)))
        found.setdefault(
            spellings.key(form), Names(text, counted[0] if counted else form, tuple(counted))
        )
    return list(found.values())


def merged_series(
    client: Client, names: Names, resolution: str
) -> list[tuple[datetime, str, int, int, float]]:
    """(bucket, name, docs, mentions, share) of each bucket with listings, zeros included.

    `docs` are the distinct listings that mention any of the names.

    Raises:
        ValueError: if there is no such resolution.
    """
    if resolution not in _BUCKETS:
        raise ValueError(f"resolution must be one of {tuple(_BUCKETS)}, not {resolution!r}")
    rows = rows_of(
        client,
        "SELECT totals.bucket, found.docs, counts.times, found.docs / listings FROM totals "
        f"LEFT JOIN (SELECT toStartOfInterval(event_time, INTERVAL {_BUCKETS[resolution]}) AS at, "
        "count() AS docs FROM listings_counted FINAL WHERE hasAny(terms, %(names)s) GROUP BY at"
        ") AS found ON found.at = totals.bucket "
        "LEFT JOIN (SELECT bucket AS at, sum(mentions) AS times FROM term_counts FINAL "
        "PREWHERE resolution = %(resolution)s AND term IN %(names)s GROUP BY at) AS counts "
        "ON counts.at = totals.bucket "
        "WHERE totals.resolution = %(resolution)s ORDER BY totals.bucket",
        names=list(names.names or (names.name,)),
        resolution=resolution,
    )
    return [(row[0], names.name, int(row[1]), int(row[2]), float(row[3])) for row in rows]


def _cutter(client: Client) -> Segmenter:
    generation = active_generation(client)
    return segmenter(generation.segmenter.split("/")[0]) if generation is not None else Bigrams()


def _spellings(client: Client, forms: Sequence[str]) -> Spellings:
    # Written out, a name has other parts, which may have short forms of their own.
    longer = Spellings(learn(introductions(client, forms), {}))
    written = {" ".join(longer.words(form)) for form in forms}
    introduced = introductions(client, sorted({*forms, *written}))
    last_day = newest_day(client)
    if last_day is None or not introduced:
        return Spellings(learn(introduced, {}))
    end = datetime(last_day.year, last_day.month, last_day.day, tzinfo=UTC) + timedelta(days=1)
    shorts = [one.short for one in introduced]
    shown = evidence(client, Windows(end, end, end), shorts)
    return Spellings(learn(introduced, shown.in_use))


def _counted(client: Client, names: Sequence[str]) -> list[str]:
    """Those of ``names`` that are counted at all, most frequent first."""
    rows = rows_of(
        client,
        "SELECT term, sum(docs) FROM term_days FINAL PREWHERE term IN %(names)s "
        "GROUP BY term ORDER BY sum(docs) DESC, term",
        names=tuple(names),
    )
    return [str(row[0]) for row in rows]
