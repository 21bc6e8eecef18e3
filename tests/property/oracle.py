"""The judge: which lines count, and what their counts are, by the shortest code that can say it.

Shares nothing with what it judges but the partition of an id and the reference analyser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.property.lines import HORIZON_S, TAXONOMY, Message
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import parse_taxonomy
from trends.store.memory import MemoryStore
from trends.wire.partition import home_partition

RETENTION_S = {300: 14 * 86_400, 3_600: 365 * 86_400, 86_400: None}

Cell = tuple[int, int, str, str]  # bucket length, bucket start, kind, name
_ANALYSER = ReferenceAnalyser(parse_taxonomy(TAXONOMY, "test"), Bigrams())


def recount(texts: Iterable[tuple[int, str, str]], now_s: int) -> dict[Cell, tuple[int, int]]:
    """Docs and mentions of (event time, title, text), in the buckets that people can see."""
    docs: Counter[Cell] = Counter()
    mentions: Counter[Cell] = Counter()
    for event_s, title, text in texts:
        (analysis,) = _ANALYSER.analyse([(title, text)])
        for length_s in RETENTION_S:
            start_s = event_s // length_s * length_s
            cells = {(length_s, start_s, "total", ""): 1}
            cells |= {(length_s, start_s, "term", t): n for t, n in analysis.terms.items()}
            cells |= {(length_s, start_s, "topic", t): n for t, n in analysis.topics.items()}
            for cell, number in cells.items():
                docs[cell] += 1
                mentions[cell] += number
    return visible({cell: (docs[cell], mentions[cell]) for cell in docs}, now_s)


def stored_counts(store: MemoryStore, now_s: int) -> dict[Cell, tuple[int, int]]:
    """What the store holds, summed over shards."""
    docs: Counter[Cell] = Counter()
    mentions: Counter[Cell] = Counter()
    for (_, key), (_, listings) in store.totals.items():
        docs[*key, "total", ""] += listings
        mentions[*key, "total", ""] += listings
    for kind, table in (("term", store.terms), ("topic", store.topics)):
        for (_, key, name), (_, row_docs, row_mentions) in table.items():
            docs[*key, kind, name] += row_docs
            mentions[*key, kind, name] += row_mentions
    return visible({cell: (docs[cell], mentions[cell]) for cell in docs}, now_s)


def visible(counts: Mapping[Cell, tuple[int, int]], now_s: int) -> dict[Cell, tuple[int, int]]:
    """Without the buckets beyond their retention, which no view shows."""

    def is_kept(cell: Cell) -> bool:
        retention_s = RETENTION_S[cell[0]]
        return retention_s is None or cell[1] + retention_s > now_s

    return {cell: counts[cell] for cell in counts if is_kept(cell)}


@dataclass(slots=True)
class Verdict:
    """What one undisturbed run makes of the lines of a log, by (offset, line)."""

    accepted: set[tuple[int, int]] = field(default_factory=set)
    repeated: set[tuple[int, int]] = field(default_factory=set)
    dead: set[tuple[int, int]] = field(default_factory=set)
    elsewhere: set[tuple[int, int]] = field(default_factory=set)


def one_run(
    log: Sequence[Message],
    partition: int,
    partitions: int,
    counted: Mapping[str, Sequence[int]],
) -> Verdict:
    """Reads a log once, from its start.

    Args:
        counted: arrivals per id that counted before this log began.
    """
    times = {listing_id: list(arrivals) for listing_id, arrivals in counted.items()}
    verdict = Verdict()
    for offset, message in enumerate(log):
        arrived_s = int(message.arrived.timestamp())
        if not message.lines:
            verdict.dead.add((offset, 0))
        for number, line in enumerate(message.lines):
            if not line.id:
                verdict.dead.add((offset, number))
            elif home_partition(line.id, partitions) != partition:
                verdict.elsewhere.add((offset, number))
            elif any(abs(arrived_s - t) <= HORIZON_S for t in times.get(line.id, ())):
                verdict.repeated.add((offset, number))
            else:
                verdict.accepted.add((offset, number))
                times.setdefault(line.id, []).append(arrived_s)
    return verdict
