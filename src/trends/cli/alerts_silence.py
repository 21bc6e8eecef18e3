"""`trends alerts silence`, `silences`, `unsilence`: for a while, nobody is told of some names."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from clickhouse_connect.driver.client import Client

from trends.alerting.notify.text import length, moment
from trends.alerting.rules_errors import did_you_mean
from trends.alerting.rules_load import load_rules
from trends.cli.alerts_options import duration_of
from trends.cli.alerts_stored import Wanted, list_alerts, rules_of_alerts
from trends.cli.errors import reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, out, plain, print_json, print_rows, say
from trends.cli.stack import connected_store
from trends.clock import SystemClock
from trends.errors import ConfigError, shorten
from trends.http.text import clean
from trends.settings import Settings, environment, load_settings
from trends.store.alerts_silences import Silence, find_silence, list_silences, put_silence

SHORTEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=365)
PATTERN_MAX_CHARS: Final = 1_000
COMMENT_MAX_CHARS: Final = 1_000
ID_CHARS: Final = 12
OPEN_MOST: Final = 100_000
_SHOWN_MOST: Final = 5
_NAME_MAX_CHARS: Final = 60


@reported
def silence_command(
    pattern: Annotated[
        str, typer.Argument(metavar="PATTERN", help="Of whole names: 'agent*', '*' for all.")
    ],
    duration: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="How long: 30m, 6h, 7d.")
    ],
    rule: Annotated[
        str, typer.Option(metavar="NAME", help="Only alerts of this rule [default: of any].")
    ] = "",
    comment: Annotated[str, typer.Option(metavar="TEXT", help="Why, for others to read.")] = "",
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Tell nobody of alerts with a name that matches, for a while.

    A pattern is that of file names (*, ?, [ab]), whatever the case; any name of an alert may match
    it, whole: 'agent' matches no "agents". What happens meanwhile is recorded, is in `trends alerts
    list`, and is not told later. What was told before stays told.
    """
    wanted, length_of = _checked(pattern, comment), _length(duration)
    settings = load_settings(data_dir=data_dir)
    now = SystemClock().now()
    # The store keeps milliseconds.
    now = now.replace(microsecond=now.microsecond // 1_000 * 1_000)
    silence = Silence(
        id=uuid.uuid4().hex[:ID_CHARS],
        pattern=wanted,
        rule=rule,
        until=now + length_of,
        comment=comment,
        created_at=now,
    )
    with connected_store(settings) as client:
        if rule:
            _tell_if_unknown(rule, client, settings)
        put_silence(client, silence)
        covered = _covered(client, silence, now)
    if output is Format.JSON:
        print_json({**_as_json(silence, now), "covers": [row["id"] for row in covered]})
        return
    out.print(plain(f"{silence.id}  until {moment(silence.until)}"), markup=False, soft_wrap=True)
    say(_about(covered))


@reported
def silences_command(
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List the silences in force, newest first."""
    now = SystemClock().now()
    with connected_store(load_settings(data_dir=data_dir), read_only=True) as client:
        silences = list_silences(client, None if everything else now)
    if output is Format.JSON:
        print_json([_as_json(silence, now) for silence in silences])
        return
    columns = ["id", "pattern", "rule", "since", "until", "left", "comment"]
    print_rows([_row(silence, now) for silence in silences], columns, output)
    if not silences:
        say("there never was a silence" if everything else "no silence is in force")


@reported
def unsilence_command(
    silence: Annotated[
        str, typer.Argument(metavar="ID", help="Of `trends alerts silences`, or how it begins.")
    ],
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """End a silence before its time.

    What happens from now on is told again; what happened while it was in force is not.
    """
    with connected_store(load_settings(data_dir=data_dir)) as client:
        found = find_silence(client, silence.strip())
        now = SystemClock().now()
        if not found.is_in_force(now):
            over = min(found.until, found.ended_at or found.until)
            raise ConfigError(
                f"silence {found.id} is over since {moment(over)}; "
                "`trends alerts silences` lists those in force"
            )
        ended = replace(found, ended_at=now)
        put_silence(client, ended)
    if output is Format.JSON:
        print_json(_as_json(ended, now))
        return
    say(f"silence {ended.id} of {shorten(ended.pattern)} is over")


def _checked(pattern: str, comment: str) -> str:
    wanted = pattern.strip()
    if not wanted:
        raise ConfigError(
            f"PATTERN {shorten(pattern)} matches no name; give one such as 'agent*', or '*' for all"
        )
    for what, text, most in (
        ("PATTERN", wanted, PATTERN_MAX_CHARS),
        ("--comment", comment, COMMENT_MAX_CHARS),
    ):
        if len(text) > most:
            raise ConfigError(f"{what} {shorten(text)} is too long; at most {most:,} characters")
    return wanted


def _length(duration: str) -> timedelta:
    return duration_of(duration, "--for", SHORTEST, LONGEST)


def _tell_if_unknown(rule: str, client: Client, settings: Settings) -> None:
    """The alerter may have other rules than this machine, so that this is no error."""
    known = rules_of_alerts(client)
    try:
        known |= {each.name for each in load_rules(settings.rules, environment()).rules}
    except ConfigError as error:
        say(f"the rules of this machine cannot be read: {error}")
    if rule not in known:
        say(f"no rule {shorten(rule)} is known here; {did_you_mean(rule, sorted(known))}")


def _covered(client: Client, silence: Silence, now: datetime) -> list[dict[str, Any]]:
    """The open alerts that it keeps quiet."""
    # Nothing that is over is covered: one that ended at this very moment does not matter.
    rows, _ = list_alerts(client, Wanted.ALL, now, OPEN_MOST)
    return [
        row
        for row in rows
        if row["state"] != Wanted.RESOLVED
        and silence.covers(row["rule"], {row["name"], *row["names"]}, now)
    ]


def _about(covered: Sequence[dict[str, Any]]) -> str:
    if not covered:
        return "no alert that is open now has such a name"
    names = [clean(row["name"], _NAME_MAX_CHARS) for row in covered]
    more = len(names) - _SHOWN_MOST
    number = f"{len(names):,} open alert{'' if len(names) == 1 else 's'}"
    some = ", ".join(names[:_SHOWN_MOST]) + (f" and {more:,} more" if more > 0 else "")
    return f"covers {number}: {some}"


def _as_json(silence: Silence, now: datetime) -> dict[str, Any]:
    return {
        **asdict(silence),
        "rule": silence.rule or None,
        "in_force": silence.is_in_force(now),
    }


def _row(silence: Silence, now: datetime) -> dict[str, object]:
    end = min(silence.until, silence.ended_at or silence.until)
    return {
        "id": silence.id,
        "pattern": clean(silence.pattern, _NAME_MAX_CHARS),
        "rule": clean(silence.rule) or "any",
        "since": f"{silence.created_at:%Y-%m-%d %H:%M}",
        "until": f"{end:%Y-%m-%d %H:%M}",
        "left": length(end - now) if silence.is_in_force(now) else "over",
        "comment": clean(silence.comment, COMMENT_MAX_CHARS),
    }
