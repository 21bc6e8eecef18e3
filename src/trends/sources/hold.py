"""Hold records back until it is clear that the user's field mapping fits the file.

Comes in: records whose fields are known only as they are read. Goes out: the same records. Never
does: hold back more than a bounded number, or let a mapping that never fits pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trends.sources.mapping import FieldMap
from trends.sources.record import SourceRecord

HOLD_MAX_RECORDS = 1000
"""A field that so many records lack may yet be one that few records have."""


def hold_until_met(records: Iterable[SourceRecord], fields: FieldMap) -> Iterator[SourceRecord]:
    """``records``, the first of them only when each mapped field has been met.

    So a mistyped field name costs an error, not a thousand listings without a title.

    Raises:
        ConfigError: at the end, where a mapped field has not been met in any record.
    """
    remaining = iter(records)
    held: list[SourceRecord] = []
    while not fields.complete and len(held) < HOLD_MAX_RECORDS:
        record = next(remaining, None)
        if record is None:
            fields.check_met()
            break
        held.append(record)
    yield from held
    yield from remaining
    fields.check_met()
