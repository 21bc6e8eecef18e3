"""Arrow tables of stored counts to what a tally takes, without a string or a number in Python."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from trends.analysis.arrays import Counts
from trends.analysis.names import Names
from trends.counting.buckets import BucketKey
from trends.store.columns import RESOLUTION_SECONDS


def counted_names(
    table: pa.Table,
) -> Iterator[tuple[BucketKey, Names, Counts, Counts, int]]:
    """Counts of names, bucket by bucket, with the greatest version among them.

    Args:
        table: columns resolution, start (epoch seconds), name, docs, mentions and version, sorted
            by the first two.
    """
    if not table.num_rows:
        return
    column = {field: table[field].combine_chunks() for field in table.column_names}
    starts = column["start"].to_numpy()
    labels = column["resolution"].dictionary_encode()
    kinds = labels.indices.to_numpy()
    first = np.flatnonzero(np.r_[True, (np.diff(starts) != 0) | (np.diff(kinds) != 0)])
    _, offset_buffer, text_buffer = column["name"].buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[column["name"].offset :]
    text = np.frombuffer(text_buffer, np.uint8)
    docs, mentions, versions = (
        column[field].to_numpy() for field in ("docs", "mentions", "version")
    )
    for begin, end in zip(first, [*first[1:], len(starts)], strict=True):
        resolution = labels.dictionary[int(kinds[begin])].as_py()
        names = Names.packed(
            text[offsets[begin] : offsets[end]],
            (offsets[begin : end + 1] - offsets[begin]).astype(np.int64),
        )
        yield (
            BucketKey(RESOLUTION_SECONDS[resolution], int(starts[begin])),
            names,
            docs[begin:end].astype(np.uint32),
            mentions[begin:end].astype(np.uint32),
            int(versions[begin:end].max()),
        )
