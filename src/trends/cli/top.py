"""`trends top`: what most listings mention in a window, or what rises most against before."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import typer
from clickhouse_connect.driver.client import Client

from trends.cli.errors import reported
from trends.cli.options import AsOf, DataDir, OutputFormat, parse_date, parse_days
from trends.cli.output import Format, out, print_json, print_rows, say, table_of
from trends.cli.stack import connected_store
from trends.cli.top_rows import Row, left_out_rows, ranked_row, raw_row
from trends.cli.windows import day_windows, described, month_windows
from trends.errors import ConfigError
from trends.settings import load_settings
from trends.store.queries import newest_day
from trends.store.ranked import ranked_terms
from trends.store.ranked_counts import Windows
from trends.store.ranked_raw import raw_counts

DEFAULT_WINDOW: Final = "7d"
_COLUMNS: Final = ("docs", "mentions", "share", "docs_before", "lift", "rise")
_LEFT_OUT_COLUMNS: Final = ("term", "docs", "docs_before", "figure", "limit", "reason")


class Kind(StrEnum):
    """What to rank."""

    TERMS = "terms"
    TOPICS = "topics"


class By(StrEnum):
    """What comes first."""

    DOCS = "docs"
    RISE = "rise"


@reported
def top_command(
    kind: Annotated[Kind, typer.Option(help="What to rank.")] = Kind.TERMS,
    by: Annotated[By, typer.Option(help="Most listings first, or what rises most.")] = By.DOCS,
    window: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help=f"Days or weeks: 7d, 4w [default: {DEFAULT_WINDOW}]."),
    ] = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="A calendar month instead.")
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="What to compare with [default: as much before it]."),
    ] = None,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many to show.")] = 40,
    raw: Annotated[
        bool, typer.Option("--raw", help="Stored names and counts, untouched; topics always are.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what was left out, and by which rule.")
    ] = False,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Rank what most listings mention, or what rises most, against the window before.

    Names of one thing are one line: an acronym and its long form, spellings that differ in spaces.
    `docs` counts the distinct listings that mention any of them. Parts of longer names, general
    words and set phrases of the genre are left out; --explain says which, and --raw shows all.

    The window ends with the day given by --as-of, by default the newest day with listings.
    `mentions` counts every occurrence, `share` is docs by listings, `lift` share by share before,
    and `rise` how many standard deviations docs lies above what the share before lets expect.
    """
    if month is not None and (window is not None or as_of is not None):
        raise ConfigError("--month stands for itself; leave out --window and --as-of")
    last_day = parse_date(as_of, "--as-of")
    windows = month_windows(month, before) if month is not None else None
    parse_days(window or DEFAULT_WINDOW, "--window")
    rows: list[Row] = []
    left_out: list[Row] = []
    with connected_store(load_settings(data_dir=data_dir)) as client:
        if windows is None and (last_day := last_day or newest_day(client)) is not None:
            windows = day_windows(window or DEFAULT_WINDOW, before, last_day)
        if windows is None:
            say("no listings yet; `trends replay FILE` brings some")
        elif raw or kind is Kind.TOPICS:
            rows = _raw(client, kind, windows, limit, by)
        else:
            rows, left_out = _ranked(client, windows, limit, by, explain=explain)
    column = kind.value.removesuffix("s")
    title = f"{kind.value} of {described(windows)}" if windows else ""
    if output is Format.JSON and explain:
        print_json({"rows": rows, "left_out": left_out})
        return
    columns = [column, *_COLUMNS, *(["names"] if explain and rows and "names" in rows[0] else [])]
    print_rows(
        [_joined(row) for row in rows] if output is Format.TABLE else rows, columns, output, title
    )
    if explain and left_out:
        out.print("\nleft out above the last line", markup=False)
        out.print(table_of(left_out, _LEFT_OUT_COLUMNS))


def _raw(client: Client, kind: Kind, windows: Windows, limit: int, by: By) -> list[Row]:
    counted, totals = raw_counts(client, kind.value, windows, limit, by_rise=by is By.RISE)
    return [raw_row(kind.value.removesuffix("s"), one, totals) for one in counted]


def _ranked(
    client: Client, windows: Windows, limit: int, by: By, *, explain: bool
) -> tuple[list[Row], list[Row]]:
    ranking = ranked_terms(client, windows, limit, rising=by is By.RISE)
    if by is By.RISE and not ranking.totals.listings_before:
        say("no listings before the window; there is nothing to compare with")
    rows = [ranked_row(line, ranking.totals, explain=explain) for line in ranking.lines]
    return rows, left_out_rows(ranking.left_out, ranking.lines) if explain else []


def _joined(row: Row) -> Row:
    """With its names in one cell."""
    names = row.get("names")
    return {**row, "names": " | ".join(names)} if isinstance(names, list) else row
