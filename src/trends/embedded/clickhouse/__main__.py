"""Command line of the embedded ClickHouse: ``python -m trends.embedded.clickhouse --data DIR``.

Exit codes: 0 after a signal, 2 if something given must change (folder or port in use).
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from trends.embedded.clickhouse.app import Bounds
from trends.embedded.clickhouse.reader_policy import ReaderLimits
from trends.embedded.clickhouse.server import ServerOptions, run
from trends.errors import ConfigError


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments and serve."""
    parser = _parser()
    given = parser.parse_args(arguments)
    logging.basicConfig(
        level=given.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        return run(_options(given))
    except ConfigError as error:
        sys.stderr.write(f"clickhouse: {error}\n")
        return 2


def _options(given: argparse.Namespace) -> ServerOptions:
    limits = ReaderLimits(
        time_s=given.reader_time_s,
        memory_bytes=given.reader_memory_mb * 1_000_000,
        result_rows=given.reader_result_rows,
    )
    return ServerOptions(
        data=given.data,
        host=given.host,
        port=given.port,
        user=given.user,
        password=_password(given.password_file),
        reader=given.reader_user,
        reader_database=given.reader_database,
        drain_s=given.drain_s,
        query_threads=given.query_threads,
        bounds=Bounds(body_max_bytes=given.max_body_mb * 1_000_000, reader=limits),
    )


def _password(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the password file {path}: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m trends.embedded.clickhouse",
        description="ClickHouse's HTTP interface over chDB.",
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder for the data; owned by one process")
    add("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    add("--port", type=int, default=8123, help="port; 0 takes a free one (default %(default)s)")
    add("--user", default="default", help="user who may do everything (default %(default)s)")
    add("--password-file", type=Path, help="file with that user's password (default: empty)")
    add("--reader-user", default="reader", help="read-only user, '' for none (%(default)s)")
    add("--reader-database", default="trends", help="what it may read (default %(default)s)")
    add("--reader-time-s", type=int, default=30, help="its limit per query (default %(default)s)")
    add("--reader-memory-mb", type=int, default=2000, help="its limit (default %(default)s)")
    add("--reader-result-rows", type=int, default=1_000_000, help="its limit (%(default)s)")
    add("--query-threads", type=int, default=16, help="queries at once (default %(default)s)")
    add("--max-body-mb", type=int, default=8000, help="largest request body (%(default)s)")
    add("--drain-s", type=float, default=10.0, help="time to finish on SIGTERM (%(default)s)")
    add(
        "--log-level",
        default="warning",
        choices=["debug", "info", "warning", "error"],
        help="what goes to stderr (default %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
