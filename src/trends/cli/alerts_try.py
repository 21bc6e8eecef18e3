"""`trends alerts test`: sends a test alert to one notifier, now."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

import typer

from trends.alerting.alert import Alert, State, Transition, alert_id, delivery_id
from trends.alerting.notify.build import build_notifiers
from trends.alerting.notify.notifier import Delivery, Notifier
from trends.alerting.rules_errors import did_you_mean
from trends.alerting.rules_load import load_rules
from trends.cli.alerts_options import RulesFile
from trends.cli.errors import EXIT_WRONG, reported
from trends.cli.options import OutputFormat
from trends.cli.output import Format, err, out, plain, print_json
from trends.clock import Clock, SystemClock
from trends.detection.spike import EvidenceListing, Kind, Member, Point, Spike
from trends.errors import ConfigError, Unavailable, shorten
from trends.http.errors import Refused
from trends.settings import environment, load_settings

RULE: Final = "test-alert"
NAME: Final = "TEST: nothing has risen, ignore this"
# What the log shows by default; it is no reason to get up.
SEVERITY: Final = "warning"
DOCS: Final = 12
EXPECTED: Final = 3.0
_HOUR: Final = timedelta(hours=1)


class Result(StrEnum):
    """What became of the test alert."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


@reported
def try_command(
    notifier: Annotated[str, typer.Argument(metavar="NOTIFIER", help="As the rules call it.")],
    rules: RulesFile = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Send an alert that is marked as a test to one notifier, now, and say what came of it.

    It is tried once, also in quiet hours, and nothing is stored. Exit code 1 if it is not
    delivered. What receives it keeps it: a Grafana gets an annotation, which may be deleted.
    """
    clock = SystemClock()
    chosen = load_rules(rules or load_settings().rules, environment())
    notifiers = build_notifiers(chosen, clock)
    found = notifiers.get(notifier)
    if found is None:
        raise ConfigError(
            f"NOTIFIER {shorten(notifier)} is not in the rules; "
            f"{did_you_mean(notifier, sorted(notifiers))}"
        )
    delivery = trial(notifier, clock.now())
    result, message, took_s = attempt(found, delivery, clock)
    if output is Format.JSON:
        print_json(
            {
                "notifier": notifier,
                "type": chosen.notifier(notifier).type,
                "result": result.value,
                "message": message or None,
                "took_s": round(took_s, 3),
                "delivery_id": delivery.id,
            }
        )
    elif result is Result.DELIVERED:
        text = f"{notifier}: delivered in {took_s:.1f} s (delivery {delivery.id})"
        out.print(plain(text), markup=False, soft_wrap=True)
    else:
        err.print("[bold red]error:[/] ", end="")
        err.print(plain(f"{notifier}: {_why(result, message)}"), markup=False, soft_wrap=True)
    if result is not Result.DELIVERED:
        raise typer.Exit(EXIT_WRONG)


def attempt(notifier: Notifier, delivery: Delivery, clock: Clock) -> tuple[Result, str, float]:
    """One try: what came of it, the receiver's words, and the seconds it took."""
    start_s = clock.monotonic_s()
    result, message = Result.DELIVERED, ""
    try:
        notifier.send(delivery)
    except Refused as error:
        result, message = Result.REFUSED, str(error)
    except Unavailable as error:
        result, message = Result.UNAVAILABLE, str(error)
    return result, message, clock.monotonic_s() - start_s


def trial(notifier: str, now: datetime) -> Delivery:
    """A test alert; another id each time, so that no receiver takes it for a repetition."""
    spike = _spike(now.replace(minute=0, second=0, microsecond=0))
    alert = Alert(
        id=alert_id(RULE, spike),
        rule=RULE,
        severity=SEVERITY,
        state=State.FIRING,
        seq=1,
        names=spike.names,
        spike=spike,
        opened_at=now,
        fired_at=now,
        resolved_at=None,
        last_seen=spike.window_end,
        seen=((spike.horizon, spike.window_end),),
    )
    transition = Transition(alert=alert, before=None, at=now)
    return Delivery(
        id=delivery_id(f"{transition.id}/{now.isoformat()}", notifier), transition=transition
    )


def _spike(start: datetime) -> Spike:
    past = tuple(
        Point(start - back * _HOUR, int(EXPECTED) + back % 2, EXPECTED) for back in range(20, 0, -1)
    )
    return Spike(
        name=NAME,
        kind=Kind.TERM,
        members=(Member(Kind.TERM, NAME, DOCS, EXPECTED, 1e-4, 1e-3),),
        horizon="hour",
        window_start=start,
        window_end=start + _HOUR,
        complete=True,
        observed=DOCS,
        expected=EXPECTED,
        expected_high=7.0,
        listings=100,
        p=1e-4,
        q=1e-3,
        lift=DOCS / EXPECTED,
        is_new=False,
        windows=100,
        first_window=start,
        evidence=(
            EvidenceListing(
                id="test-alert",
                title="TEST: this stands where a listing would",
                url="https://example.org/test-alert",
                source="trends alerts test",
                event_time=start,
                upvotes=None,
                distinctiveness=1.0,
            ),
        ),
        series=(*past, Point(start, DOCS, EXPECTED)),
    )


def _why(result: Result, message: str) -> str:
    if result is Result.REFUSED:
        return f"refused, and would be again: {message}"
    return f"unavailable; an alerter would try again: {message}"
