"""How commands print: rich tables for people, JSON for programs; messages go to stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TextIO

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 1_000
"""Where no terminal sets a width, a row stays on one line, so that ``grep`` and ``cut`` work."""


class Format(StrEnum):
    """How a command prints its result."""

    TABLE = "table"
    JSON = "json"


class Output(Console):
    """A console that lets a closed pipe reach whoever ends the command."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _width(stream: TextIO | None) -> int | None:
    """None lets rich ask the terminal."""
    return None if stream is not None and stream.isatty() else PIPE_WIDTH


out = Output(highlight=False, width=_width(sys.stdout))
err = Output(stderr=True, highlight=False, width=_width(sys.stderr))


def print_json(value: object) -> None:
    """One JSON document and a newline, on stdout."""
    options = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    write_bytes(orjson.dumps(value, option=options))


def write_bytes(data: bytes) -> None:
    """``data`` on stdout as it is."""
    sys.stdout.flush()
    rest = memoryview(data)
    # An unbuffered stdout (PYTHONUNBUFFERED) takes a part and says how much.
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) or 0 :]
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """A message to the person at the terminal, on stderr and never broken into lines."""
    err.print(plain(text), markup=False, soft_wrap=True)


def print_rows(
    rows: Sequence[dict[str, object]], columns: Sequence[str], output: Format, title: str = ""
) -> None:
    """Rows as a JSON list of objects, or as a table of ``columns``."""
    if output is Format.JSON:
        print_json(list(rows))
        return
    if title:
        out.print(plain(title), markup=False, soft_wrap=True)
    if rows:
        out.print(table_of(rows, columns))


def table_of(rows: Sequence[dict[str, object]], columns: Sequence[str]) -> Table:
    """``rows`` as a table without lines, one line to a row; where it is tight, the last is cut."""
    table = Table(box=None, pad_edge=False)
    for name in columns:
        values = [row[name] for row in rows]
        number = any(isinstance(value, int | float) for value in values)
        table.add_column(name, justify="right" if number else "left", no_wrap=name != columns[-1])
    for row in rows:
        texts = (Text(cell(row[name]), no_wrap=True, overflow="ellipsis") for name in columns)
        table.add_row(*texts)
    return table


def cell(value: object) -> str:
    """A value as people read it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3g}"
    return plain(str(value))


def plain(text: str) -> str:
    """``text`` without what would steer a terminal or could not be written: shown escaped."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def progress_bar() -> Progress:
    """A progress display on stderr that shows only on a terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(),
        console=err,
        disable=not err.is_terminal,
        transient=True,
    )
