"""`trends series`: the counts of terms or topics, bucket by bucket."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from clickhouse_connect.driver.client import Client

from trends.cli.errors import reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, print_rows, say
from trends.cli.stack import connected_store
from trends.cli.top import Kind
from trends.settings import load_settings
from trends.store.generations import active_generation
from trends.store.queries import series
from trends.store.ranked_series import merged_series, names_of, stored_form


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
    raw: Annotated[
        bool, typer.Option("--raw", help="One stored name alone, without its other names.")
    ] = False,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show how many listings mention each TERM in every bucket that has listings.

    A term is counted under all its names: "LLMs" counts the listings that mention "LLM", "large
    language models" or both, each once; --raw counts one name alone. A topic may be named by an
    alias of the taxonomy that the store counts by.
    """
    with connected_store(load_settings(data_dir=data_dir)) as client:
        if kind is Kind.TOPICS:
            names = _topics(client, terms)
            found = series(client, kind.value, names, resolution.value)
        elif raw:
            names = list(dict.fromkeys(stored_form(client, term) for term in terms))
            found = series(client, kind.value, names, resolution.value)
        else:
            names, found = _merged(client, terms, resolution.value)
    column = kind.value.removesuffix("s")
    columns = ["bucket", column, "docs", "mentions", "share"]
    absent = [name for name in names if not any(row[2] for row in found if row[1] == name)]
    if absent:
        say(f"never counted at {resolution.value}: {', '.join(absent)}")
    rows: list[dict[str, object]] = [dict(zip(columns, row, strict=True)) for row in found]
    print_rows(rows, columns, output)


def _merged(
    client: Client, given: list[str], resolution: str
) -> tuple[list[str], list[tuple[datetime, str, int, int, float]]]:
    """Names and rows; says which names a thing is counted under."""
    things = names_of(client, given)
    if not things:
        say("nothing to count: no word in what was given")
    for thing in things:
        if len(thing.names) > 1:
            say(f"{thing.name}: counted under {' | '.join(thing.names)}")
    rows = [row for thing in things for row in merged_series(client, thing, resolution)]
    return [thing.name for thing in things], sorted(rows, key=lambda row: row[:2])


def _topics(client: Client, given: list[str]) -> list[str]:
    """What the store calls these topics; a name that it does not know stays as it is."""
    generation = active_generation(client)
    if generation is None:
        return given
    taxonomy = generation.taxonomy()
    return list(dict.fromkeys(taxonomy.resolve(name) or name for name in given))
