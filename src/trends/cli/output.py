"""How commands print: rich tables for people, JSON for programs; messages go to stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table


class Format(StrEnum):
    """How a command prints its result."""

    TABLE = "table"
    JSON = "json"


out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """One JSON document and a newline, on stdout."""
    options = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    sys.stdout.buffer.write(orjson.dumps(value, option=options))
    sys.stdout.flush()


def print_rows(
    rows: Sequence[dict[str, object]], columns: Sequence[str], output: Format, title: str = ""
) -> None:
    """Rows as a JSON list of objects, or as a table of ``columns``."""
    if output is Format.JSON:
        print_json(list(rows))
        return
    table = Table(*columns, title=title or None, title_justify="left", box=None, pad_edge=False)
    for column, name in zip(table.columns, columns, strict=True):
        if rows and isinstance(rows[0][name], int | float):
            column.justify = "right"
    for row in rows:
        table.add_row(*(cell(row[name]) for name in columns))
    out.print(table)


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
    return str(value)


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
