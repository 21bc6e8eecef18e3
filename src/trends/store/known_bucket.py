"""The counts of one bucket as they grow, of every shard: only rows that are new have to be read.

A row holds the absolute count of a name in a shard, so newer rows replace older ones, and the sum
over shards is exact. Names are kept only of what enough listings mention; of all others, and they
are most, a hash: 16 bytes for each name and shard, about 2 kB for each listing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trends.detection.lookup import Keys, places_in
from trends.detection.source import Name, WindowCounts
from trends.detection.spike import Kind

Counts = NDArray[np.int32]


class KnownBucket:
    """Terms of one bucket.

    Args:
        min_docs: names that fewer listings mention are not told of.
        stored_to: how far each shard was stored when rows were asked for last.
    """

    def __init__(self, min_docs: int, stored_to: Mapping[str, int]) -> None:
        self.stored_to = stored_to
        self._min_docs = min_docs
        self._shards: dict[str, _Shard] = {}
        self._row: dict[int, int] = {}
        self._names: list[Name] = []
        self._counts = np.zeros((2, 0), np.int32)

    def take(self, rows: pa.Table) -> None:
        """Rows that were stored since: columns label, id, shard_label, docs, mentions."""
        if not rows.num_rows:
            return
        keys: Keys = rows["id"].to_numpy()
        docs = rows["docs"].to_numpy().astype(np.int32)
        mentions = rows["mentions"].to_numpy().astype(np.int32)
        shards = rows["shard_label"].combine_chunks().dictionary_encode()
        codes = shards.indices.to_numpy()
        for code, shard in enumerate(shards.dictionary.to_pylist()):
            of = codes == code
            self._shards.setdefault(shard, _Shard()).put(keys[of], docs[of], mentions[of])
        changed, first = np.unique(keys, return_index=True)
        totals = sum((shard.of(changed) for shard in self._shards.values()), _nothing(len(changed)))
        enough = np.flatnonzero(totals[0] >= self._min_docs)
        self._tell(changed[enough], totals[:, enough], rows["label"], first[enough])

    def _tell(self, keys: Keys, totals: NDArray[np.int32], labels: Any, at: NDArray[Any]) -> None:
        row = self._row
        found = keys.tolist()
        new = [place for place, key in enumerate(found) if key not in row]
        texts = labels.take(pa.array(at[new])).to_pylist()
        for place, text in zip(new, texts, strict=True):
            row[found[place]] = len(self._names)
            self._names.append(Name(Kind.TERM, text))
        self._counts = np.concatenate([self._counts, _nothing(len(new))], axis=1)
        self._counts[:, [row[key] for key in found]] = totals

    def counts(self) -> WindowCounts:
        """All names that enough listings mention."""
        names = self._names
        return WindowCounts(
            np.fromiter(self._row, np.uint64, len(self._row)),
            self._counts[0].copy(),
            self._counts[1].copy(),
            lambda place: names[place],
        )


class _Shard:
    """Newest counts by key, sorted by it."""

    def __init__(self) -> None:
        self._keys = np.zeros(0, np.uint64)
        self._counts = _nothing(0)

    def put(self, keys: Keys, docs: Counts, mentions: Counts) -> None:
        """Counts never shrink, so of several the greatest is the newest."""
        order = np.lexsort((docs, keys))
        keys, counts = keys[order], np.stack([docs[order], mentions[order]])
        last = np.r_[keys[1:] != keys[:-1], True]
        keys, counts = keys[last], counts[:, last]
        known, places = places_in(self._keys, keys)
        self._counts[:, places[known]] = counts[:, known]
        new = ~known
        places = np.searchsorted(self._keys, keys[new])
        self._keys = np.insert(self._keys, places, keys[new])
        self._counts = np.insert(self._counts, places, counts[:, new], axis=1)

    def of(self, keys: Keys) -> NDArray[np.int32]:
        """(2, keys) docs and mentions; 0 where there are none."""
        known, places = places_in(self._keys, keys)
        counts = _nothing(len(keys))
        counts[:, known] = self._counts[:, places[known]]
        return counts


def _nothing(number: int) -> NDArray[np.int32]:
    return np.zeros((2, number), np.int32)
