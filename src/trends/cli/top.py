"""`trends top`: what most listings mention in a window, against the window before."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from trends.cli.errors import reported
from trends.cli.options import AsOf, DataDir, OutputFormat, parse_date, parse_days
from trends.cli.output import Format, print_rows, say
from trends.cli.stack import connected_store
from trends.settings import load_settings
from trends.store.queries import newest_day, top


class Kind(StrEnum):
    """What to rank."""

    TERMS = "terms"
    TOPICS = "topics"


@reported
def top_command(
    kind: Annotated[Kind, typer.Option(help="What to rank.")] = Kind.TERMS,
    window: Annotated[
        str, typer.Option(metavar="DAYS", help="Days or weeks to look at: 7d, 4w.")
    ] = "7d",
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many to show.")] = 20,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Rank the terms or topics that most listings mention, against the window before.

    The window ends with the day given by --as-of, by default the newest day with listings. `docs`
    counts listings, `mentions` every occurrence; `share` is docs by listings, `lift` docs by docs
    in the window before.
    """
    days = parse_days(window, "--window")
    last_day = parse_date(as_of, "--as-of")
    with connected_store(load_settings(data_dir=data_dir)) as client:
        last_day = last_day or newest_day(client)
        if last_day is None:
            say("no listings yet; `trends replay FILE` brings some")
            ranked = []
        else:
            ranked = top(client, kind.value, days, last_day, limit)
    column = kind.value.removesuffix("s")
    rows: list[dict[str, object]] = [
        {
            column: row.name,
            "docs": row.docs,
            "mentions": row.mentions,
            "share": row.share,
            "docs_before": row.docs_before,
            "lift": row.lift,
        }
        for row in ranked
    ]
    title = f"{kind.value} of the {days} days to {last_day}" if last_day else ""
    print_rows(rows, [column, "docs", "mentions", "share", "docs_before", "lift"], output, title)
