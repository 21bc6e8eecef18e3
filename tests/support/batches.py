"""Batches without texts: what listings mention, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from trends.analysis.batch import Batch, Mentions
from trends.analysis.interface import Analysis
from trends.analysis.names import Names, unpacked
from trends.counting.buckets import BucketKey
from trends.counting.counts import NamesChange
from trends.counting.tally import Changed, Tally

Numbers = Mapping[str, tuple[int, int]]


def analysis(
    terms: Mapping[str, int] | None = None,
    topics: Mapping[str, int] | None = None,
    title_terms: int = 0,
    acronyms: Mapping[str, str] | None = None,
) -> Analysis:
    """What a listing mentions."""
    return Analysis(dict(terms or {}), title_terms, dict(topics or {}), dict(acronyms or {}))


def batch_of(analyses: Sequence[Analysis]) -> Batch:
    """As if an analyser had found these."""
    return Batch(
        terms=mentions_of([each.terms for each in analyses]),
        topics=mentions_of([each.topics for each in analyses]),
        title_terms=np.array([each.title_terms for each in analyses], np.int32),
        acronyms=[each.acronyms for each in analyses],
    )


def mentions_of(listings: Sequence[Mapping[str, int]]) -> Mentions:
    """Name to number of mentions, per listing."""
    names = Names.of([name for listing in listings for name in listing])
    return Mentions(
        arena=names.arena,
        key1=names.key1,
        key2=names.key2,
        starts=names.starts,
        sizes=names.sizes,
        counts=np.array([count for listing in listings for count in listing.values()], np.int32),
        ends=np.cumsum([len(listing) for listing in listings], dtype=np.int64),
    )


def changed(numbers: Numbers) -> tuple[Changed, Names]:
    """Name to absolute docs and mentions, as a tally tells of its changes; and their names."""
    names = Names.of(list(numbers))
    docs = np.array([docs for docs, _ in numbers.values()], np.uint32)
    mentions = np.array([mentions for _, mentions in numbers.values()], np.uint32)
    return Changed(names.starts, names.sizes, docs, mentions), names


def loaded(numbers: Numbers, version: int) -> Tally:
    """A tally as the store holds it."""
    tally = Tally()
    change, names = changed(numbers)
    tally.load(names, change.docs, change.mentions, version)
    return tally


def held(tally: Tally, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Docs and mentions of those of ``names`` that a tally without changes holds.

    A tally tells only of what changed: so each name is mentioned once more, and that taken off.
    ``names`` must be all it holds; the tally must not be used for anything else afterwards.
    """
    assert not tally.changed
    mentions = mentions_of([dict.fromkeys(names, 1)])
    before = len(tally)
    tally.add(mentions, np.array([0]), 0)
    taken = tally.take_changed()
    found = {
        name: (docs - 1, count - 1)
        for name, docs, count in zip(
            unpacked(mentions.arena, taken.starts, taken.sizes),
            taken.docs.tolist(),
            taken.mentions.tolist(),
            strict=True,
        )
        if docs > 1
    }
    assert len(found) == before, "the tally holds other names"
    return found


def rows_of(change: NamesChange) -> dict[tuple[BucketKey, str], tuple[int, int]]:
    """(bucket, name) to absolute docs and mentions; each may stand there once."""
    rows = [((key, name), (docs, mentions)) for key, name, docs, mentions in change.rows()]
    assert len(rows) == len(dict(rows))
    return dict(rows)


def names_change(counts: Mapping[BucketKey, Numbers]) -> NamesChange:
    """A change of these names, one bucket's bytes behind the other's."""
    arenas = [np.empty(0, np.uint8)]
    buckets = []
    base = 0
    for key, numbers in counts.items():
        change, names = changed(numbers)
        buckets.append((key, replace(change, starts=change.starts + base)))
        arenas.append(names.arena)
        base += len(names.arena)
    return NamesChange(np.concatenate(arenas), buckets)
