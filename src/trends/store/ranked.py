"""A ranking of terms that people can read: SQL for the counts and texts, `ranking` for the rest.

In: a client of the store and two windows. Out: lines with exact counts, and why other names are
not among them. The stored counts are never changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.ranking.aliases import learn
from trends.ranking.counted import Counted, Totals
from trends.ranking.rank import Ranked, by_docs, by_rise, candidates, finished, judged, let_in
from trends.ranking.rising import RISING_MIN_DOCS
from trends.ranking.spellings import Spellings
from trends.ranking.subjects import Judged
from trends.ranking.surfaces import Votes, votes_of
from trends.store import ranked_counts
from trends.store.generations import Generation, active_generation
from trends.store.ranked_aliases import introductions
from trends.store.ranked_counts import Windows, counts_of, distinct_docs
from trends.store.ranked_sample import Evidence, evidence, texts_of

CANDIDATES: Final = 2_500
# More than asked for are counted exactly, for that may change their order.
MARGIN: Final = 10
# Texts in which the writing of a name is looked up; of a name that may yet turn out to be none.
TEXTS_PER_NAME: Final = 12
TEXTS_PER_DOUBTFUL_NAME: Final = 5
NAMES_WRITTEN: Final = 4


@dataclass(frozen=True, slots=True)
class Ranking:
    """Lines in order, the entries left out above the last of them, and the windows' totals."""

    lines: Sequence[Ranked]
    left_out: Sequence[Judged]
    totals: Totals


def ranked_terms(
    client: Client,
    windows: Windows,
    limit: int,
    *,
    rising: bool = False,
    candidates_max: int = CANDIDATES,
) -> Ranking:
    """The terms that most listings of the window mention, or that rise most against before.

    Args:
        client: of the store.
        windows: what is looked at, and what it is compared with.
        limit: how many lines.
        rising: whether what rises most comes first, and what does not is left out.
        candidates_max: how many stored names are looked at; fewer are quicker.
    """
    counted, totals = ranked_counts.candidates(
        client, windows, candidates_max, by_rise=rising, docs_min=RISING_MIN_DOCS if rising else 1
    )
    if not counted:
        return Ranking([], [], totals)
    names = [one.name for one in counted]
    shown = evidence(client, windows, names)
    spellings = Spellings(learn(introductions(client, names), shown.in_use))
    found = judged(counted, totals, shown.sample, spellings, _declared(client))
    found = _ordered(found, totals, rising=rising)
    votes = _votes(client, candidates(found, limit + MARGIN), shown)
    found = _counted_exactly(client, windows, let_in(found, votes), limit + MARGIN, spellings)
    found = _ordered(found, totals, rising=rising)
    lines, left_out = finished(found, votes, totals, limit)
    return Ranking(lines, left_out, totals)


def _ordered(found: Sequence[Judged], totals: Totals, *, rising: bool) -> list[Judged]:
    return by_rise(found, totals) if rising else by_docs(found)


def _declared(client: Client) -> tuple[str, ...]:
    """The phrases of the taxonomy that the store counts by."""
    generation = active_generation(client)
    return _phrases(generation) if generation is not None else ()


@lru_cache(maxsize=4)
def _phrases(generation: Generation) -> tuple[str, ...]:
    topics = generation.taxonomy().topics
    return tuple(" ".join(phrase) for topic in topics for phrase in topic.phrases)


def _counted_exactly(
    client: Client, windows: Windows, found: Sequence[Judged], limit: int, spellings: Spellings
) -> list[Judged]:
    """``found``, the first ``limit`` with all names under which they are counted, exactly."""
    wanted = [one.entry for one in found if one.entry.left_out is None][:limit]
    spelt = {name: entry.key for entry in wanted for name in spellings.all_names(entry.name)}
    by_key: dict[str, list[Counted]] = {}
    for counted in counts_of(client, windows, spelt):
        by_key.setdefault(spelt[counted.name], []).append(counted)
    several = {key: [one.name for one in names] for key, names in by_key.items() if len(names) > 1}
    docs = distinct_docs(client, windows, several)
    return [
        replace(one, entry=one.entry.recounted(*docs[one.entry.key], by_key[one.entry.key]))
        if one.entry.key in docs
        else one
        for one in found
    ]


def _votes(client: Client, wanted: Sequence[Judged], shown: Evidence) -> Mapping[str, Votes]:
    """How the names of ``wanted`` are written in listings of the sample."""
    chosen: set[int] = set()
    for one in wanted:
        limit = TEXTS_PER_NAME if one.entry.left_out is None else TEXTS_PER_DOUBTFUL_NAME
        present = shown.sample.any_of(shown.sample.present, one.entry.names).nonzero()[0]
        # Those that are read anyway first.
        listings = [int(place) for place in present]
        have = sum(place in chosen for place in listings)
        new = [place for place in listings if place not in chosen]
        chosen.update(new[: max(limit - have, 0)])
    texts = texts_of(client, shown, chosen)
    names = {name for one in wanted for name in one.entry.names[:NAMES_WRITTEN]}
    return votes_of(names, texts)
