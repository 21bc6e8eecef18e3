"""`trends series`: the counts of terms or topics, bucket by bucket."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from trends.cli.errors import reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, print_rows, say
from trends.cli.stack import connected_store
from trends.cli.top import Kind
from trends.settings import load_settings
from trends.store.queries import as_term, series


class Bucket(StrEnum):
    """Bucket lengths."""

    FIVE_MINUTES = "5m"
    HOUR = "1h"
    DAY = "1d"


@reported
def series_command(
    terms: Annotated[list[str], typer.Argument(metavar="TERM", help="One or more.")],
    resolution: Annotated[Bucket, typer.Option(help="Length of a bucket.")] = Bucket.DAY,
    kind: Annotated[Kind, typer.Option(help="What the names are.")] = Kind.TERMS,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show how many listings mention each TERM in every bucket that has listings."""
    names = [as_term(term) for term in terms] if kind is Kind.TERMS else terms
    with connected_store(load_settings(data_dir=data_dir)) as client:
        found = series(client, kind.value, names, resolution.value)
    column = kind.value.removesuffix("s")
    columns = ["bucket", column, "docs", "mentions", "share"]
    absent = [name for name in names if not any(row[2] for row in found if row[1] == name)]
    if absent:
        say(f"never counted at {resolution.value}: {', '.join(absent)}")
    rows: list[dict[str, object]] = [dict(zip(columns, row, strict=True)) for row in found]
    print_rows(rows, columns, output)
