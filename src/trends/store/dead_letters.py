"""Dead letters in the store: listed, found by id, marked as re-submitted.

A dead letter's id is a digest of where its line stood and of its bytes, so it is the same at every
look and on every machine, and the beginning of it will do. Nothing is ever deleted: a letter that
was re-submitted is stored once more with ``state`` 1, and that row replaces the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
from clickhouse_connect.driver.client import Client

from trends.errors import ConfigError
from trends.store.client import translated
from trends.store.columns import dead_letters_table
from trends.store.interface import DeadLetter

ID_CHARS: Final = 12
RESUBMITTED: Final = 1

_ID_SQL: Final = (
    "substring(lower(hex(SHA256(concat(origin, '\\0', toString(offset), '\\0', "
    f"toString(line), '\\0', raw)))), 1, {ID_CHARS})"
)
_COLUMNS: Final = (
    f"{_ID_SQL} AS id, origin, offset, line, code, message, hex(raw), cut, recorded_at, "
    "resubmitted_at"
)


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A dead letter as the store has it."""

    id: str
    letter: DeadLetter
    resubmitted_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it was never re-submitted."""
        return self.resubmitted_at is None


def letter_id(origin: str, offset: int, line: int, raw: bytes) -> str:
    """The id of the dead letter of one line; its bytes count, for a file may be mended in place."""
    place = f"{origin}\0{offset}\0{line}\0".encode()
    return hashlib.sha256(place + raw).hexdigest()[:ID_CHARS]


def list_letters(
    client: Client, *, code: str | None = None, closed: bool = False, limit: int | None = None
) -> tuple[list[StoredLetter], int]:
    """Dead letters, newest first.

    Args:
        client: of the store.
        code: only those with this error code.
        closed: also those that were re-submitted.
        limit: at most so many.

    Returns:
        The letters, and how many there are without the limit.
    """
    where = "({code:String} = '' OR code = {code:String}) AND ({closed:UInt8} OR state = 0)"
    parameters: dict[str, object] = {"code": code or "", "closed": int(closed)}
    total = _rows(client, f"SELECT count() FROM dead_letters FINAL WHERE {where}", parameters)
    cut = "" if limit is None else f" LIMIT {limit:d}"
    rows = _rows(
        client,
        f"SELECT {_COLUMNS} FROM dead_letters FINAL WHERE {where} "
        f"ORDER BY recorded_at DESC, origin, offset, line{cut}",
        parameters,
    )
    return [_stored(row) for row in rows], int(total[0][0])


def find_letter(client: Client, id_start: str) -> StoredLetter:
    """The one dead letter whose id begins with ``id_start``.

    Raises:
        ConfigError: if there is none, or more than one.
    """
    rows = _rows(
        client,
        f"SELECT {_COLUMNS} FROM dead_letters FINAL "
        "WHERE startsWith(id, {start:String}) ORDER BY id LIMIT 2",
        {"start": id_start.strip().lower()},
    )
    if not rows or not id_start.strip():
        raise ConfigError(f"no dead letter has an id that begins with {id_start!r}")
    if len(rows) > 1:
        raise ConfigError(
            f"several dead letters have an id that begins with {id_start!r}; give more of it"
        )
    return _stored(rows[0])


def mark_resubmitted(client: Client, letters: Sequence[DeadLetter], at: datetime) -> None:
    """Records that the lines were sent again; a second time changes only when."""
    if not letters:
        return
    table = dead_letters_table(letters)
    count = len(letters)
    state = table.schema.get_field_index("state")
    table = table.set_column(state, "state", pa.array([RESUBMITTED] * count, pa.uint8()))
    moments = pa.array([at] * count, pa.timestamp("ms", "UTC"))
    with translated():
        client.insert_arrow("dead_letters", table.append_column("resubmitted_at", moments))


def _stored(row: tuple[Any, ...]) -> StoredLetter:
    letter_id, origin, offset, line, code, message, raw_hex, cut, recorded_at, resubmitted_at = row
    letter = DeadLetter(
        origin=origin,
        offset=offset,
        line=line,
        code=code,
        message=message,
        # As hex, because a String column that is not UTF-8 does not survive the driver.
        raw=bytes.fromhex(raw_hex),
        cut=bool(cut),
        recorded_at=recorded_at,
    )
    return StoredLetter(letter_id, letter, resubmitted_at)


def _rows(client: Client, sql: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
    with translated():
        return list(map(tuple, client.query(sql, parameters=parameters).result_rows))
