"""Tables as text: CSV and TSV, the first row holding the columns' names.

Comes in: chunks of bytes. Goes out: a record per row, its cells turned into what the wire expects.
Never does: read on behind a quote that is never closed, or stop at a row that cannot be read.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator

from trends.errors import ConfigError
from trends.sources.lines import split_lines, without_bom
from trends.sources.mapping import FieldMap
from trends.sources.record import SourceRecord
from trends.sources.rejects import reject

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_INTEGER_FIELDS = ("upvotes", "author_count")
_LIST_FIELDS = ("authors", "tags")
_LIST_SEPARATOR = ";"
_DELIMITERS = (",", ";", "\t")
# A quote that is never closed would swallow the rest of the file.
_RUNAWAY = ("unexpected end of data", "field larger than field limit")


def read_delimited(chunks: Iterable[bytes], name: str, fields: FieldMap) -> Iterator[SourceRecord]:
    """The records of a CSV or TSV file; comma, semicolon or tab, whichever its first row has most.

    Args:
        chunks: the stream, decompressed.
        name: of the file, for origins.
        fields: how its columns are called on the wire.

    Yields:
        One record per row that is not blank; short rows lack their last cells.

    Raises:
        ConfigError: the first row is no header (not UTF-8, a column twice), or a mapped column
            is not there.
    """
    lines = _Lines(without_bom(chunks))
    columns, delimiter = _header(lines, name)
    if not columns:
        return
    fields.saw(dict.fromkeys(columns))
    fields.check_met()
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.start_row()
        origin = f"{name}:{lines.number + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if str(error).startswith(_RUNAWAY):
                lines.give_back_all_but_first()
            yield reject("bad_row", f"not a row: {error}", origin=origin, raw=lines.raw())
            continue
        if lines.bad_utf8:
            yield reject("bad_utf8", "the row is not UTF-8", origin=origin, raw=lines.raw())
        elif len(row) > len(columns):
            message = f"the row has {len(row)} cells for {len(columns)} columns"
            remedy = "quote cells that hold the delimiter"
            yield reject("bad_row", message, origin=origin, raw=lines.raw(), remedy=remedy)
        elif any(row):
            cells = {column: cell for column, cell in zip(columns, row, strict=False) if cell}
            yield SourceRecord(origin, _typed(fields.apply(dict(cells))))


class _Lines:
    """Decoded lines for the csv module, which remembers the bytes behind the current row."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._lines = split_lines(chunks)
        self._returned: deque[bytes] = deque()
        self._taken: list[bytes] = []
        self.bad_utf8 = False
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self._taken.append(line)
        self.number += 1
        try:
            return line.decode("utf-8") + "\n"
        except UnicodeDecodeError:
            self.bad_utf8 = True
            return line.decode("utf-8", "replace") + "\n"

    def start_row(self) -> None:
        self._taken.clear()
        self.bad_utf8 = False

    def raw(self) -> bytes:
        return b"\n".join(self._taken)

    def give_back_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self._taken[1:]))
        self.number -= len(self._taken) - 1
        del self._taken[1:]


def _header(lines: _Lines, name: str) -> tuple[list[str], str]:
    first = next((line for line in lines if line.strip()), "")
    if not first:
        return [], ","
    if lines.bad_utf8:
        raise ConfigError(
            f"{name}: the first row is not UTF-8; convert the file, e.g. with iconv -t UTF-8"
        )
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        cells = next(csv.reader([first], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ConfigError(f"{name}: the first row is no row of column names: {error}") from error
    columns = [cell.strip() or f"column_{i}" for i, cell in enumerate(cells, start=1)]
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise ConfigError(
            f"{name}: more than one column is called {', '.join(map(repr, sorted(twice)))}; "
            "the first row must hold the columns' names, each once"
        )
    return columns, delimiter


def _typed(record: dict[str, object]) -> dict[str, object]:
    for field in _INTEGER_FIELDS:
        value = record.get(field)
        if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
            record[field] = int(value)
    for field in _LIST_FIELDS:
        value = record.get(field)
        if isinstance(value, str):
            parts = (part.strip() for part in value.split(_LIST_SEPARATOR))
            record[field] = [part for part in parts if part]
    return record
