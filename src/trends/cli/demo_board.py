"""What `trends demo` shows: read from the store at one moment, and drawn.

In: a client of the store. Out: a `Board`, and what rich prints of it. Never publishes or waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from clickhouse_connect.driver.client import Client
from rich.console import Group
from rich.table import Table
from rich.text import Text

from trends.cli.output import plain
from trends.store.alerts_firing import FiringAlert, firing_alerts
from trends.store.client import translated
from trends.store.queries import series
from trends.store.ranked import Ranking, ranked_terms
from trends.store.ranked_counts import Windows
from trends.store.ranked_raw import raw_counts
from trends.store.rising import Compared, compared

TERMS_SHOWN: Final = 8
TOPICS_SHOWN: Final = 5
ALERTS_SHOWN: Final = 2
STEADY_SHOWN: Final = 2
CANDIDATES: Final = 300
CANDIDATES_SHOWN: Final = 20
SPARK_DAYS: Final = 14
BARS: Final = "▁▂▃▄▅▆▇█"
BARS_ASCII: Final = "_.:-=+*#"


@dataclass(frozen=True, slots=True)
class Row:
    """A name, and its share on each of the last days."""

    compared: Compared
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The store at one moment."""

    counted: int
    today: int
    terms: Sequence[Row]
    topics: Sequence[Row]
    alerts: Sequence[FiringAlert] = ()

    @property
    def rising(self) -> list[Compared]:
        """Terms that take off, fastest first."""
        return [row.compared for row in self.terms if row.compared.rises]

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return {
            "counted": self.counted,
            "today": self.today,
            "terms": [_row_json(row) for row in self.terms],
            "topics": [_row_json(row) for row in self.topics],
            "alerts": [asdict(alert) for alert in self.alerts],
        }


def read_board(client: Client, today: date, history_days: int) -> Board:
    """What the store counts now.

    Args:
        client: of the store.
        today: the first live day; what comes before is history.
        history_days: how far the history goes back.
    """
    first = datetime(today.year, today.month, today.day, tzinfo=UTC) - timedelta(days=history_days)
    with translated():
        ((counted, live),) = client.query(
            "SELECT sum(listings), sumIf(listings, bucket >= {start:DateTime}) FROM totals "
            "WHERE resolution = '1d' AND bucket >= {first:DateTime}",
            parameters={"start": first + timedelta(days=history_days), "first": first},
        ).result_rows
    # Listings of the days after today belong to it: the demo may run past midnight.
    windows = Windows(first, first + timedelta(days=history_days), first + timedelta(days=400))
    return Board(
        counted,
        live,
        _with_shares(client, "terms", _choose_terms(client, windows)),
        _with_shares(client, "topics", _choose_topics(client, windows)),
        firing_alerts(client, ALERTS_SHOWN),
    )


def _choose_terms(client: Client, windows: Windows) -> list[Compared]:
    """Those that rise, then the most frequent phrases to compare them with."""
    found = ranked_terms(client, windows, TERMS_SHOWN, rising=True, candidates_max=CANDIDATES)
    rising = [row for row in _compared(found) if row.rises][: TERMS_SHOWN - STEADY_SHOWN]
    found = ranked_terms(client, windows, CANDIDATES_SHOWN, candidates_max=CANDIDATES)
    steady = [row for row in _compared(found) if " " in row.stored and not row.rises]
    return rising + steady[: TERMS_SHOWN - len(rising)]


def _compared(ranking: Ranking) -> list[Compared]:
    return [
        compared(
            line.shown, line.entry.name, line.entry.docs, line.entry.docs_before, ranking.totals
        )
        for line in ranking.lines
    ]


def _choose_topics(client: Client, windows: Windows) -> list[Compared]:
    counted, totals = raw_counts(client, "topics", windows, TOPICS_SHOWN, by_rise=False)
    return [compared(one.name, one.name, one.docs, one.docs_before, totals) for one in counted]


def _with_shares(client: Client, kind: str, rows: Sequence[Compared]) -> list[Row]:
    shares: dict[str, list[float]] = {row.stored: [] for row in rows}
    for _, name, _, _, share in series(client, kind, list(shares), "1d") if rows else ():
        shares[name].append(share)
    return [Row(row, tuple(shares[row.stored][-SPARK_DAYS:])) for row in rows]


def draw(board: Board | None, status: str, footer: str, *, unicode: bool) -> Group:
    """A board as rich prints it."""
    head = Text.assemble(("trends demo", "bold"), "  ", status)
    parts: list[Any] = [head]
    if board is not None:
        for kind, rows in (("term", board.terms), ("topic", board.topics)):
            # Nothing to show before the first live listing.
            parts += [Text(), _table(kind, rows, unicode)] if rows else []
        for alert in board.alerts:
            parts += [Text(), *_alert(alert)]
    if footer:
        parts += [Text(), Text(footer, style="dim")]
    return Group(*parts)


def _alert(alert: FiringAlert) -> list[Text]:
    """An alert, and the papers behind it."""
    head = f"ALERT {alert.name}: {alert.observed:,} listings, {alert.expected:.1f} expected"
    return [
        Text(f"{head} ({alert.horizon})", style="bold red"),
        *(Text(f"  - {plain(title)}", no_wrap=True, overflow="ellipsis") for title in alert.titles),
    ]


def _table(kind: str, rows: Sequence[Row], unicode: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", width=1)
    table.add_column(kind, width=28, no_wrap=True)
    for name in ("today", "share", "before", "lift"):
        table.add_column(name, justify="right", width=6)
    table.add_column("by day", no_wrap=True, width=SPARK_DAYS)
    for row in rows:
        shown = row.compared
        style = "bold green" if shown.rises else ""
        table.add_row(
            ("▲" if unicode else "^") if shown.rises else "",
            shown.name,
            f"{shown.docs:,}",
            f"{shown.share:.1%}",
            f"{shown.share_before:.1%}",
            "new" if shown.lift is None else f"{shown.lift:.1f}x",
            sparkline(row.shares, BARS if unicode else BARS_ASCII),
            style=style,
        )
    return table


def sparkline(values: Sequence[float], bars: str = BARS) -> str:
    """``values`` from 0 to their maximum as a row of bars, one character each."""
    highest = max(values, default=0.0)
    if highest <= 0:
        return bars[0] * len(values)
    return "".join(bars[min(len(bars) - 1, int(value / highest * len(bars)))] for value in values)


def _row_json(row: Row) -> dict[str, object]:
    shown = row.compared
    return {
        **asdict(shown),
        "share": shown.share,
        "share_before": shown.share_before,
        "lift": shown.lift,
        "rises": shown.rises,
        "shares": list(row.shares),
    }
