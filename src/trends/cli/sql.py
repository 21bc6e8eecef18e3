"""`trends sql`: ad hoc SQL on the whole history."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from trends.cli.errors import reported
from trends.cli.options import DataDir
from trends.cli.output import write_bytes
from trends.cli.stack import connected_store
from trends.errors import ConfigError, Fatal
from trends.settings import load_settings
from trends.store.client import translated

DEFAULT_FORMAT = "PrettyCompact"
_OWN_FORMAT = re.compile(r"\bFORMAT\s+[A-Za-z0-9]+\s*$", re.IGNORECASE)


@reported
def sql_command(
    query: Annotated[str, typer.Argument(metavar="SQL", help="A SELECT; '-' reads it from stdin.")],
    output: Annotated[
        str,
        typer.Option(
            "--format", metavar="NAME", help="json, or any format of ClickHouse: CSV, Vertical ..."
        ),
    ] = DEFAULT_FORMAT,
    data_dir: DataDir = None,
) -> None:
    """Run SQL on the views `terms`, `topics`, `totals`, `listings` and `trending`.

    Reads only, within limits of time and memory. For example:

    trends sql "SELECT term, docs, lift FROM trending LIMIT 20"
    """
    sql = (sys.stdin.read() if query == "-" else query).strip().rstrip(";")
    if not sql:
        raise ConfigError("the SQL is empty")
    # What the query itself asks for goes before the option's default.
    form: str | None = "JSON" if output.lower() == "json" else output
    if output == DEFAULT_FORMAT and _OWN_FORMAT.search(sql):
        form = None
    with connected_store(load_settings(data_dir=data_dir), read_only=True) as client:
        try:
            with translated():
                answer = client.raw_query(sql, fmt=form)
        except Fatal as error:
            # The server understood us and refuses the query: that is the user's to change.
            raise ConfigError(refusal(str(error))) from error
    write_bytes(answer if answer.endswith(b"\n") else answer + b"\n")


def refusal(text: str) -> str:
    """What the server says is wrong, without where it stands, how it got there and all else.

    Its messages on bad syntax list every word of the grammar.
    """
    text = text.partition("DB::Exception: ")[2] or text
    for noise in (" Expected one of: ", ": In scope ", " In scope ", " (for url ", " (version "):
        text = text.partition(noise)[0]
    text = re.sub(r"\s+FORMAT \w+(?=[.\s]|$)", "", text)
    return " ".join(text.split())
