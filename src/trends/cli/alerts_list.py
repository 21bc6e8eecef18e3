"""`trends alerts list`: what fires, and what did lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

import typer
from rich.cells import cell_len
from rich.text import Text

from trends.alerting.notify.text import length
from trends.cli.alerts_options import duration_of
from trends.cli.alerts_stored import Wanted, changes_of, list_alerts, short_ids
from trends.cli.alerts_told import Told, complaints, summary, told_of
from trends.cli.errors import reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, cell, out, print_json, print_rows, say
from trends.cli.stack import connected_store
from trends.clock import SystemClock
from trends.http.text import clean
from trends.settings import load_settings
from trends.store.alerts_deliveries import deliveries_of

DEFAULT_SINCE: Final = "7d"
SINCE_MOST: Final = timedelta(days=36_500)
NAME_MAX_CHARS: Final = 40
_COLUMNS: Final = (
    *("id", "state", "since", "name", "kind", "horizon", "observed", "expected", "lift", "q"),
    *("rule", "told"),
)
# A narrow terminal goes without these, in this order; `trends alerts show` has them all.
_DISPENSABLE: Final = ("kind", "q", "rule", "horizon", "expected", "lift", "observed", "since")
_NAME_LEAST_CHARS: Final = 16
_TOLD_LEAST_CHARS: Final = 20
_GAP_CHARS: Final = 2


@reported
def list_command(
    state: Annotated[
        Wanted | None,
        typer.Option(help="Only these [default: what fires, and what fired and is over]."),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="DURATION", help="Of what is over, that of so long: 12h, 30d.")
    ] = DEFAULT_SINCE,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 50,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List what fires, and what fired and is over since a week.

    `since` is when the alert came into its state. `told` says what became of telling people:
    "retrying" goes on by itself, "refused" does not. What is open is listed however old it is;
    --state all also lists what was never more than pending, of which nobody is told.

    The beginning of an id will do for `trends alerts show`. A narrow terminal shows fewer columns
    than a pipe does.
    """
    lately = duration_of(since, "--since", timedelta(seconds=1), SINCE_MOST)
    with connected_store(load_settings(data_dir=data_dir), read_only=True) as client:
        found, total = list_alerts(client, state, SystemClock().now() - lately, limit)
        ids = [row["id"] for row in found]
        short = short_ids(client, ids)
        # Of no ids, deliveries are those of all alerts.
        told = told_of(changes_of(client, ids), deliveries_of(client, ids)) if ids else []
    by_alert: dict[str, list[Told]] = {alert_id: [] for alert_id in ids}
    for each in told:
        by_alert[each.alert_id].append(each)
    if output is Format.JSON:
        print_json([_as_json(row, short[row["id"]], by_alert[row["id"]]) for row in found])
    else:
        rows = [_row(row, short[row["id"]], by_alert[row["id"]]) for row in found]
        print_rows(*fitted(rows, _COLUMNS, out.width), output)
        names = {row["id"]: f"{short[row['id']]} ({_name(row)})" for row in found}
        for sentence in complaints(told, names):
            say(sentence)
        if not found:
            say(_nothing(state, length(lately)))
    if len(found) < total:
        say(f"{total - len(found):,} more; --limit shows them")


def fitted(
    rows: Sequence[dict[str, object]], columns: Sequence[str], width: int
) -> tuple[list[dict[str, object]], list[str]]:
    """Rows and columns that a terminal of ``width`` characters shows with whole ids.

    The last column may be cut where it is shown, to no less than 20 characters.
    """
    kept = list(columns)
    chars = {
        name: max([len(name), *(cell_len(cell(row[name])) for row in rows)]) for name in columns
    }
    chars[kept[-1]] = min(chars[kept[-1]], _TOLD_LEAST_CHARS)
    least = {**chars, "name": min(chars["name"], _NAME_LEAST_CHARS)}
    for name in _DISPENSABLE:
        if _chars(least, kept) <= width:
            break
        kept.remove(name)
    spare = width - _chars({**chars, "name": 0}, kept)
    name_chars = max(spare, _NAME_LEAST_CHARS)
    return [{**row, "name": _cut(str(row["name"]), name_chars)} for row in rows], kept


def _cut(text: str, width: int) -> str:
    shown = Text(text)
    # Some characters are two wide.
    shown.truncate(width, overflow="ellipsis")
    return shown.plain


def _chars(chars: Mapping[str, int], columns: Sequence[str]) -> int:
    return sum(chars[name] for name in columns) + _GAP_CHARS * (len(columns) - 1)


def _nothing(state: Wanted | None, lately: str) -> str:
    match state:
        case None:
            return f"no alert fires, and none is over since {lately} or less"
        case Wanted.ALL:
            return f"no alert is open, and none is over since {lately} or less"
        case Wanted.RESOLVED:
            return f"no alert is over since {lately} or less"
        case _:
            return f"no alert is {state.value}"


def _name(row: dict[str, Any]) -> str:
    return clean(row["name"], NAME_MAX_CHARS)


def _row(row: dict[str, Any], short: str, told: Sequence[Told]) -> dict[str, object]:
    return {
        **row,
        "id": short,
        "since": f"{row['state_since']:%Y-%m-%d %H:%M}",
        "name": _name(row),
        "rule": clean(row["rule"]),
        "told": summary(told),
    }


def _as_json(row: dict[str, Any], short: str, told: Sequence[Told]) -> dict[str, object]:
    return {**row, "short_id": short, "told": [each.as_json() for each in told]}
