"""Read listings from files and standard input, whatever their format.

Comes in: paths. Goes out: one stream of records under the wire's names. Never does: validate a
record (the wire's codec does), or hold a whole file (saved pages excepted).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from trends.clock import Clock
from trends.errors import ConfigError
from trends.sources.chunks import (
    STDIN_NAME,
    Progress,
    check_path,
    open_path,
    peek,
    read_chunks,
)
from trends.sources.delimited import read_delimited
from trends.sources.detect import Format, detect, detect_stdin, is_enough, stem
from trends.sources.hold import hold_until_met
from trends.sources.jsonl import read_jsonl
from trends.sources.mapping import FieldMap, check_mapping
from trends.sources.page import PAGE_SOURCE, read_page
from trends.sources.parquet import PARQUET_MAGIC, read_parquet
from trends.sources.record import SourceRecord

STDIN_SOURCE = "stdin"
STDIN_ORIGIN = "standard input"


def read(
    paths: Sequence[str],
    *,
    clock: Clock,
    as_of: date | None = None,
    mapping: Mapping[str, str] | None = None,
    source: str | None = None,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Iterator[SourceRecord]:
    """All records of all files, in order.

    Args:
        paths: files, and ``-`` for standard input. Formats and compression show in the content.
        clock: tells today's date, for saved pages that give a day without a year.
        as_of: the day on which saved pages were saved.
        mapping: ``{wire field: source field}``, for every format that has field names; saved
            pages have none.
        source: the ``source`` of records that do not name their own; by default
            ``daily-papers`` for saved pages, else the file's name without suffixes.
        stdin: stands in for standard input.
        progress: called with the number of bytes, as they lie on disk, since the last call.

    Returns:
        The records. One that cannot be read is there too, with its error, and reading goes on.

    Raises:
        ConfigError: a path or the mapping is wrong (raised at once); a file is damaged, of an
            unknown format, or lacks a mapped field altogether (raised when it is reached).
    """
    if not paths:
        raise ConfigError(f"no file to read; name some, or {STDIN_NAME} for standard input")
    check_mapping(mapping or {})
    if list(paths).count(STDIN_NAME) > 1:
        raise ConfigError("standard input (-) can be read only once")
    for path in paths:
        if path != STDIN_NAME:
            check_path(path)
    job = _Job(clock, as_of, mapping or {}, source, progress)
    return chain.from_iterable(
        job.read_stdin(stdin or sys.stdin.buffer) if path == STDIN_NAME else job.read_file(path)
        for path in paths
    )


def total_bytes(paths: Sequence[str]) -> int | None:
    """The bytes on disk that `read` reports as progress in all; None with standard input.

    Raises:
        ConfigError: a path cannot be read.
    """
    if STDIN_NAME in paths:
        return None
    for path in paths:
        check_path(path)
    return sum(Path(path).stat().st_size for path in paths)


class _Job:
    """One call of `read`: what is the same for all its files."""

    def __init__(
        self,
        clock: Clock,
        as_of: date | None,
        mapping: Mapping[str, str],
        source: str | None,
        progress: Progress | None,
    ) -> None:
        self._clock = clock
        self._as_of = as_of
        self._mapping = mapping
        self._source = source
        self._progress = progress

    def read_file(self, path: str) -> Iterator[SourceRecord]:
        with open_path(path) as stream:
            if not stream.peek(len(PARQUET_MAGIC)).startswith(PARQUET_MAGIC):
                chunks = read_chunks(stream, path, self._progress)
                head, chunks = peek(chunks, lambda head: is_enough(head, path))
                yield from self._records(detect(path, head), chunks, path, stem(path))
                return
        yield from read_parquet(path, self._fields(stem(path), path), self._progress)

    def read_stdin(self, stream: BinaryIO) -> Iterator[SourceRecord]:
        chunks = read_chunks(stream, STDIN_ORIGIN, self._progress)
        head, chunks = peek(chunks, lambda head: is_enough(head, None))
        yield from self._records(detect_stdin(head), chunks, STDIN_ORIGIN, STDIN_SOURCE)

    def _records(
        self, kind: Format, chunks: Iterable[bytes], name: str, default_source: str
    ) -> Iterator[SourceRecord]:
        if kind is Format.PAGE:
            source = self._source or PAGE_SOURCE
            return read_page(chunks, name, as_of=self._as_of, clock=self._clock, source=source)
        fields = self._fields(default_source, name)
        if kind is Format.DELIMITED:
            return read_delimited(chunks, name, fields)
        return hold_until_met(read_jsonl(chunks, name, fields), fields)

    def _fields(self, default_source: str, name: str) -> FieldMap:
        return FieldMap(self._mapping, source=self._source or default_source, origin=name)
