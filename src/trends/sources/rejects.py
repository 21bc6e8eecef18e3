"""Records that cannot be read at all, in the shape of every other record.

Codes: ``not_json``, ``not_object``, ``bad_utf8``, ``bad_row``, ``unreadable_text``.
"""

from __future__ import annotations

from trends.errors import BadRecord
from trends.sources.record import SourceRecord

RAW_MAX_BYTES = 64 * 1024


def reject(
    code: str, message: str, *, origin: str, raw: bytes, remedy: str | None = None
) -> SourceRecord:
    """A record that carries its error and its original bytes, cut at `RAW_MAX_BYTES`."""
    error = BadRecord(code, f"{origin}: {message}", remedy=remedy)
    return SourceRecord(origin=origin, fields={}, raw=raw[:RAW_MAX_BYTES], error=error)
