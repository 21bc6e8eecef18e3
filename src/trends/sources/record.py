"""What every source yields: raw fields under the wire's names, and where they were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trends.errors import BadRecord


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record of a source, not yet validated.

    Attributes:
        origin: file name and line (or row) number, for messages and dead letters.
        fields: values under the wire's field names (``title``, ``text``, ``listed_at`` ...).
            Empty when ``error`` is set.
        raw: the original bytes where the record could not be read, for its dead letter.
        error: why the record could not be read at all.
    """

    origin: str
    fields: Mapping[str, object]
    raw: bytes = b""
    error: BadRecord | None = None
