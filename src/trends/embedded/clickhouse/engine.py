"""chDB as a server needs it: one fresh connection per query, and results without copies.

In: jobs (SQL, settings, parameters). Out: `Result`s, or `QueryError`s.
Never shares a connection: chDB runs the queries of one connection one after another, and settings
live as long as their connection. A connection costs less than 0.1 ms, so each query gets its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chdb
from chdb import ChdbError

from trends.embedded.clickhouse.errors import Code, QueryError, from_engine
from trends.embedded.clickhouse.functions import (
    CATALOG_SQL,
    COMBINATORS_SQL,
    FunctionCatalog,
    FunctionRow,
)
from trends.embedded.clickhouse.guard import PARSE_SQL, Guard
from trends.embedded.clickhouse.reader_policy import ReaderLimits
from trends.errors import ConfigError

# chDB starts like clickhouse-local; these bring it in line with a server.
_SERVER_DEFAULTS = {
    # Not the machine's, as the engine would: its answers do not tell the zone of a column, so
    # clients take moments for those of the server's.
    "session_timezone": "UTC",
    "implicit_select": "0",
    "allow_introspection_functions": "0",
    # An answered insert must be on disk: no waiting in the engine's memory.
    "async_insert": "0",
}
_FORCED = {"async_insert": "0"}
_WORD = re.compile(r"[A-Za-z0-9_.\-]*")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a query did, for ``X-ClickHouse-Summary``."""

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    result_bytes: int = 0
    elapsed_ns: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a query; ``data`` is the engine's own memory, alive as long as the result."""

    data: memoryview
    summary: Summary
    owner: object = field(repr=False, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One query to run.

    Attributes:
        sql: the statement; for an insert with data, without FORMAT, VALUES and data.
        format: output format of a query, input format of an insert.
        database: the current database.
        settings: for this query only.
        parameters: values for ``{name:Type}``.
        read_only: the value of the engine's ``readonly``: 0, 1 (not even settings) or 2.
        mark: a word that finds the query among the running ones, see `Engine.kill`.
        limits: set for the read-only user, whose query is checked first.
    """

    sql: bytes
    format: str
    database: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    read_only: int = 0
    mark: str = ""
    limits: ReaderLimits | None = None


class Engine:
    """One chDB folder, open in this process. All methods may be called from any thread.

    Args:
        folder: where chDB keeps its files.
        reader: name of the read-only user, for its messages.
        reader_databases: databases that the read-only user may read.

    Raises:
        ConfigError: chDB cannot open the folder.
    """

    def __init__(
        self,
        folder: Path,
        reader: str = "reader",
        reader_databases: frozenset[str] = frozenset({"trends"}),
    ) -> None:
        if "?" in str(folder):
            raise ConfigError(f"the folder's name must not contain a question mark: {folder}")
        self._folder = str(folder)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            # Keeps the engine open between queries.
            self._anchor = _open(self._folder)
        except RuntimeError as error:
            raise ConfigError(f"chDB cannot open {folder}: {error}") from error
        self.timezone = _SERVER_DEFAULTS["session_timezone"]
        ((self.version,),) = self._texts("SELECT version()")
        self.content_types = dict(self._texts("SELECT name, content_type FROM system.formats"))
        self._format_names = {name.lower(): name for name in self.content_types}
        self._guard = Guard(reader, reader_databases, self._catalog())
        self._reader_databases = reader_databases

    def close(self) -> None:
        """Close the engine; waits for what it is writing."""
        self._anchor.close()

    def query(self, job: Job) -> Result:
        """Run a statement that takes no data from the request.

        Raises:
            QueryError: it failed or was refused.
        """
        connection = self._connect(job)
        try:
            if job.limits is not None:
                sql = self._prepare_reader(connection, job, job.limits)
            else:
                sql = job.sql
                self._prepare(connection, job)
            found = _run(connection, sql, job.format, dict(job.parameters))
        finally:
            connection.close()
        data = memoryview(found.get_memview().view()) if found.size() else memoryview(b"")
        summary = Summary(
            read_rows=found.storage_rows_read(),
            read_bytes=found.storage_bytes_read(),
            written_rows=found.rows_written(),
            written_bytes=found.bytes_written(),
            result_rows=found.rows_read(),
            result_bytes=found.bytes_read(),
            elapsed_ns=int(found.elapsed() * 1e9),
        )
        return Result(data, summary, found)

    def insert(self, job: Job, pieces: Iterable[bytes]) -> Summary:
        """Run an INSERT with the data that follows it.

        The rows become blocks as the settings ``min_insert_block_size_rows`` and ``_bytes`` say
        (default about a million rows or 256 MB); rows of one block that belong to one table
        partition become one part, which appears whole or not at all.

        Raises:
            QueryError: nothing of the block at hand was written; blocks before it may have been.
        """
        connection = self._connect(job)
        try:
            self._prepare(connection, job)
            # A stream takes no parameters, but its connection does.
            _set(connection, {f"param_{k}": v for k, v in job.parameters.items()})
            try:
                stream = connection.send_insert(job.sql, job.format)
            except (RuntimeError, ChdbError) as error:
                raise from_engine(str(error)) from error
            try:
                for piece in pieces:
                    stream.append(piece)
                done = stream.finish()
            except (RuntimeError, ChdbError) as error:
                raise from_engine(str(error)) from error
            finally:
                # Does nothing after finish; in every other case nothing more may be written.
                _cancel(stream)
        finally:
            connection.close()
        return Summary(
            read_rows=done.rows_written,
            read_bytes=done.bytes_written,
            written_rows=done.rows_written,
            written_bytes=done.bytes_written,
            elapsed_ns=int(done.elapsed * 1e9),
        )

    def kill(self, mark: str | None = None) -> None:
        """Ask the query with this mark, or every one, to stop; does not wait for it."""
        where = f"Settings['log_comment'] = '{_plain(mark)}'" if mark is not None else "1"
        connection = _open(self._folder)
        try:
            _run(connection, f"KILL QUERY WHERE {where} ASYNC".encode(), "Null", {})
        finally:
            connection.close()

    def format_name(self, name: str) -> str:
        """The engine's own spelling of a format, or ``name`` if it knows none."""
        return self._format_names.get(name.lower(), name)

    def _connect(self, job: Job) -> Any:
        options = {**_SERVER_DEFAULTS, "log_comment": _plain(job.mark)}
        text = "&".join(f"{name}={value}" for name, value in options.items() if value)
        try:
            return _open(f"{self._folder}?{text}")
        except RuntimeError as error:
            raise from_engine(str(error)) from error

    def _prepare(self, connection: Any, job: Job) -> None:
        if job.database:
            _use(connection, job.database)
        settings = {k: v for k, v in job.settings.items() if k not in _FORCED}
        read_only = settings.pop("readonly", "0")
        _set(connection, settings)
        if job.read_only or read_only != "0":
            _set(connection, {"readonly": str(job.read_only) if read_only == "0" else read_only})

    def _prepare_reader(self, connection: Any, job: Job, limits: ReaderLimits) -> bytes:
        """Check a reader's query and bind the connection to its limits."""
        database = job.database or self._reader_default(connection)
        self._guard.check_database(database)
        _use(connection, database)
        _set(connection, limits.settings() | limits.allowed_settings(job.settings))
        try:
            text = job.sql.decode()
        except UnicodeDecodeError as error:
            raise QueryError.of(Code.SYNTAX_ERROR, "The query is not valid UTF-8") from error

        def parse(sql: str) -> tuple[str, str, str]:
            shape = "JSONCompactEachRow"
            found = _run(connection, PARSE_SQL.encode(), shape, {"sql": sql.encode().hex()})
            tree, from_tree, from_text = json.loads(found.bytes())
            return tree, from_tree, from_text

        checked = self._guard.check(text, database, parse)
        # Settings inside the query must change nothing any more once readonly is on.
        _set(connection, limits.allowed_settings(checked.settings))
        _set(connection, {"readonly": "1"})
        return checked.sql.encode()

    def _reader_default(self, connection: Any) -> str:
        found = _run(connection, b"SHOW DATABASES", "JSONCompactColumns", {})
        names = set(json.loads(found.bytes())[0]) & self._reader_databases
        # Not migrated yet: never the engine's own default database, which opens files by name.
        return min(names, default="system")

    def _texts(self, sql: str) -> list[list[str]]:
        found = _run(self._anchor, sql.encode(), "TSV", {})
        return [line.split("\t") for line in bytes(found.bytes()).decode().splitlines()]

    def _catalog(self) -> FunctionCatalog:
        rows = [
            FunctionRow(name, alias_to, origin, category, is_aggregate == "1")
            for name, alias_to, origin, category, is_aggregate in self._texts(CATALOG_SQL)
        ]
        return FunctionCatalog(rows, [name for (name,) in self._texts(COMBINATORS_SQL)])


def _open(address: str) -> Any:
    connect: Any = chdb.connect  # chDB has no type hints
    return connect(address)


def _run(connection: Any, sql: bytes, output_format: str, parameters: dict[str, str]) -> Any:
    try:
        found = connection.query(sql, output_format, params=parameters)
    except (RuntimeError, ChdbError) as error:
        raise from_engine(str(error)) from error
    if found.has_error():
        raise from_engine(found.error_message())
    return found


def _set(connection: Any, settings: Mapping[str, str]) -> None:
    if settings:
        changes = ", ".join(f"{name} = {_literal(value)}" for name, value in settings.items())
        _run(connection, f"SET {changes}".encode(), "Null", {})


def _use(connection: Any, database: str) -> None:
    quoted = database.replace("\\", "\\\\").replace("`", "\\`")
    _run(connection, f"USE `{quoted}`".encode(), "Null", {})


def _literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _plain(mark: str) -> str:
    if not _WORD.fullmatch(mark):
        raise QueryError.of(Code.BAD_ARGUMENTS, f"bad mark {mark!r}")
    return mark


def _cancel(stream: Any) -> None:
    try:
        stream.cancel()
    except RuntimeError:
        # The engine has already let go of a stream that failed.
        return
