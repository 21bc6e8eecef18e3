"""`trends sql`: ad hoc SQL on the whole history."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from trends.cli.errors import reported
from trends.cli.options import DataDir
from trends.cli.stack import connected_store
from trends.errors import ConfigError, Fatal
from trends.settings import load_settings
from trends.store.client import translated


@reported
def sql_command(
    query: Annotated[str, typer.Argument(metavar="SQL", help="A SELECT; '-' reads it from stdin.")],
    output: Annotated[
        str, typer.Option("--format", help="Any format of ClickHouse: JSON, CSV, Pretty ...")
    ] = "PrettyCompact",
    data_dir: DataDir = None,
) -> None:
    """Run SQL on the views `terms`, `topics`, `totals`, `listings`, `trending`.

    Reads only, within limits of time and memory.
    """
    sql = sys.stdin.read() if query == "-" else query
    if output.lower() == "json":
        output = "JSON"
    with connected_store(load_settings(data_dir=data_dir), read_only=True) as client:
        try:
            with translated():
                answer = client.raw_query(sql.rstrip().rstrip(";"), fmt=output)
        except Fatal as error:
            # The server understood us and refuses the query: that is the user's to change.
            raise ConfigError(str(error)) from error
    sys.stdout.buffer.write(answer)
    if not answer.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.flush()
