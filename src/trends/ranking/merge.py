"""Stored names to entries: one entry for all spellings of a thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from trends.ranking.counted import Counted
from trends.ranking.entry import Entry
from trends.ranking.sample import Sample
from trends.ranking.spellings import Spellings


def merged(counted: Iterable[Counted], spellings: Spellings, sample: Sample) -> list[Entry]:
    """The entries, most listings first.

    The docs of an entry with several names are an estimate: their sum, less the overlap that the
    sample shows. What is shown is counted exactly afterwards.
    """
    by_key: dict[str, list[Counted]] = defaultdict(list)
    for one in counted:
        by_key[spellings.key(one.name)].append(one)
    entries = [_entry(key, names, spellings, sample) for key, names in by_key.items()]
    return sorted(entries, key=lambda entry: (-entry.docs, entry.name))


def _entry(key: str, counted: list[Counted], spellings: Spellings, sample: Sample) -> Entry:
    counted.sort(key=lambda one: (-one.docs, -one.docs_before, one.name))
    names = tuple(one.name for one in counted)
    words = max((spellings.words(name) for name in names), key=len)
    docs = sum(one.docs for one in counted)
    docs_before = sum(one.docs_before for one in counted)
    if len(counted) > 1:
        distinct = _distinct_share(sample, names)
        docs = max(round(distinct * docs), counted[0].docs)
        docs_before = max(round(distinct * docs_before), *(one.docs_before for one in counted))
    return Entry(key, words, names, docs, docs_before, tuple(counted))


def _distinct_share(sample: Sample, names: tuple[str, ...]) -> float:
    """Distinct listings by the sum over the names."""
    rows = sample.rows(names)
    total = int(sample.present[rows].sum()) if rows else 0
    return int(sample.any_of(sample.present, names).sum()) / total if total else 1.0
