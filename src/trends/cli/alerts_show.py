"""`trends alerts show`: one alert, explained as its notifiers explain it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final

import orjson
import typer

from trends.alerting.alert import Alert, State, Transition, alert_of
from trends.alerting.notify.message import Message, explained
from trends.alerting.notify.text import count, listings, moment
from trends.cli.alerts_stored import Change, alert_document, changes_of, find_alert
from trends.cli.alerts_told import Told, complaints, told_of, tries
from trends.cli.demo_board import BARS, BARS_ASCII, sparkline
from trends.cli.errors import reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, out, plain, print_json, print_rows, say
from trends.cli.stack import connected_store
from trends.detection.spike import Spike
from trends.http.text import clean
from trends.settings import load_settings
from trends.store.alerts_deliveries import Status, deliveries_of

NAME_MAX_CHARS: Final = 60
LABEL_CHARS: Final = 13


@reported
def show_command(
    alert: Annotated[
        str, typer.Argument(metavar="ID", help="Of `trends alerts list`, or how it begins.")
    ],
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show one alert: why it fired, the listings behind it, what became of it, who was told.

    The series is how many listings of each window mention it; the last bar is the window in which
    it was strongest.
    """
    with connected_store(load_settings(data_dir=data_dir), read_only=True) as client:
        alert_id = find_alert(client, alert)
        document = alert_document(client, alert_id)
        changes = changes_of(client, [alert_id])
        told = told_of(changes, deliveries_of(client, [alert_id]))
    found = alert_of(document)
    message = explained(_last_transition(found, changes))
    if output is Format.JSON:
        print_json(_as_json(document, message, changes, told))
        return
    _print(found, message, changes, told)
    for sentence in complaints(told, {alert_id: "this alert"}):
        say(sentence)


def _last_transition(alert: Alert, changes: Sequence[Change]) -> Transition:
    """What led to the alert as it stands."""
    before = changes[-1].before if changes else ""
    at = changes[-1].at if changes else alert.opened_at
    return Transition(alert=alert, before=State(before) if before else None, at=at)


def _as_json(
    document: str, message: Message, changes: Sequence[Change], told: Sequence[Told]
) -> dict[str, Any]:
    return {
        "alert": orjson.loads(document),
        "explanation": {**asdict(message), "text": message.text},
        "transitions": [
            {
                "id": change.id,
                "seq": change.seq,
                "at": change.at,
                "before": change.before or None,
                "state": change.state,
                "route": list(change.route),
                "silence": change.silence or None,
            }
            for change in changes
        ],
        "deliveries": [each.as_json() for each in told],
    }


def _print(alert: Alert, message: Message, changes: Sequence[Change], told: Sequence[Told]) -> None:
    spike = alert.spike
    out.print(plain(message.title), style="bold", markup=False, soft_wrap=True)
    _line(message.summary)
    _line()
    _fact("Alert", alert.id)
    _fact("State", f"{alert.state.value}, {clean(alert.severity)}, rule {clean(alert.rule)}")
    for fact in message.facts:
        _fact(fact.label, fact.text)
    if spike.series:
        _fact("Series", series_line(spike, unicode="utf" in (out.encoding or "").lower()))
    now = {name for _, name in spike.names}
    if former := sorted({name for _, name in alert.names} - now):
        _fact("Earlier names", ", ".join(clean(name, NAME_MAX_CHARS) for name in former))
    _heading("Members")
    members = [
        {**asdict(each), "name": clean(each.name, NAME_MAX_CHARS), "kind": each.kind.value}
        for each in spike.members
    ]
    print_rows(members, ("name", "kind", "docs", "expected", "p", "q"), Format.TABLE)
    if message.evidence:
        _heading("Listings to look at")
    for item in message.evidence:
        _line(f"- {item.title} ({item.note})")
        if item.url:
            _line(f"  {item.url}")
    _heading("History")
    for change in changes:
        silence = f", silenced by {change.silence}" if change.silence else ""
        before = f", before that {change.before}" if change.before else ""
        _line(f"{moment(change.at)}  {change.state}{before}{silence}")
    _heading("Told")
    for each in told:
        _delivery(each)
    if not told:
        _line("nobody: there was nobody to tell")


def _delivery(told: Told) -> None:
    at = moment(told.at) if told.at else "not tried yet       "
    attempts = f", {tries(told.attempts)}" if told.attempts else ""
    skipped = ", for it was never told that it fires" if told.status == Status.SKIPPED else ""
    status = f"{told.status}{attempts}{skipped}"
    _line(f"{at}  {told.state:<8}  {told.notifier}: {status}  (delivery {told.delivery_id})")
    if told.message:
        _line(f"  {clean(told.message, 1_000)}")


def series_line(spike: Spike, *, unicode: bool) -> str:
    """The windows of a spike as bars, and what they stand for."""
    docs = [point.docs for point in spike.series]
    bars = sparkline(docs, BARS if unicode else BARS_ASCII)
    windows = f"{len(docs):,} {spike.horizon}{'' if len(docs) == 1 else 's'}"
    return (
        f"{bars}  {windows} from {moment(spike.series[0].start)}, at most {listings(max(docs))}; "
        f"expected in the last: {count(spike.series[-1].expected)}"
    )


def _heading(text: str) -> None:
    _line()
    out.print(text, style="bold", markup=False)


def _fact(label: str, text: str) -> None:
    out.print(f"{label:<{LABEL_CHARS}} ", end="", style="dim", markup=False)
    _line(text)


def _line(text: str = "") -> None:
    out.print(plain(text), markup=False, soft_wrap=True)
