"""`trends dead retry`: sends dead letters again, as they are or as corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from clickhouse_connect.driver.client import Client

from trends.cli.errors import EXIT_WRONG, reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, cell, out, print_json, say
from trends.cli.parts import parts_needed
from trends.cli.stack import stack, watched
from trends.clock import Clock, SystemClock
from trends.embedded.stack import Stack
from trends.errors import BadRecord, ConfigError
from trends.ingest.progress import sent_offsets, wait_until_counted
from trends.model import Listing
from trends.settings import Settings, load_settings
from trends.store.access import store_access
from trends.store.client import connect
from trends.store.dead_letters import StoredLetter, find_letter, list_letters, mark_resubmitted
from trends.wire.codec import decode_line
from trends.wire.publisher import Publisher
from trends.wire.topics import ensure_topics

RESUBMITTED: Final = "resubmitted"
STAYS: Final = "stays"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter: its listing if it can be sent, else why it stays."""

    stored: StoredLetter
    listing: Listing | None
    reason: str = ""

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.stored.id,
            "result": RESUBMITTED if self.listing else STAYS,
            "listing": self.listing.id if self.listing else None,
            "reason": self.reason or None,
        }


@reported
def retry_command(
    letters: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Of `trends dead list`.")
    ] = None,
    code: Annotated[
        str | None, typer.Option(metavar="CODE", help="All open ones with this error code.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All open ones.")] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FIXED.jsonl",
            help="Corrected lines to send instead: one per ID, in the same order.",
        ),
    ] = None,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Send dead letters again, and wait until they are counted.

    A line that can be read now goes to its partition, and its letter is marked. One that still
    cannot be read stays as it is, and so does one whose bytes were cut when it was kept, unless
    --file brings a corrected line. Exit code 1 when any stays.
    """
    chosen = letters or []
    if sum((bool(chosen), code is not None, everything)) != 1:
        raise ConfigError("say which: IDs, or --code CODE, or --all")
    if file is not None and not chosen:
        raise ConfigError("--file needs the IDs that its lines stand for, in the same order")
    fixed = _read_lines(file, len(chosen)) if file is not None else None
    settings = load_settings(data_dir=data_dir)
    clock = SystemClock()
    with stack(settings, parts_needed(settings)) as running:
        client = connect(store_access(settings, running.clickhouse))
        try:
            found = _find(client, chosen, code)
            outcomes = [
                outcome_of(stored, fixed[number] if fixed is not None else None)
                for number, stored in enumerate(found)
            ]
            _send(settings, running, client, outcomes, clock)
        finally:
            client.close()
    _report(outcomes, output)
    if any(outcome.listing is None for outcome in outcomes):
        raise typer.Exit(EXIT_WRONG)


def _find(client: Client, ids: Sequence[str], code: str | None) -> list[StoredLetter]:
    if not ids:
        return list_letters(client, code=code)[0]
    found = [find_letter(client, start) for start in ids]
    if len({stored.id for stored in found}) < len(found):
        raise ConfigError("the same dead letter is given twice")
    return found


def outcome_of(stored: StoredLetter, fixed: bytes | None) -> Outcome:
    """Whether a letter can be sent; a pure function of the letter and its correction."""
    if not stored.is_open:
        return Outcome(stored, None, f"was re-submitted at {stored.resubmitted_at:%Y-%m-%d %H:%M}")
    if fixed is None and stored.letter.cut:
        kept = len(stored.letter.raw)
        return Outcome(
            stored, None, f"only the first {kept:,} bytes were kept; send the line with --file"
        )
    try:
        return Outcome(stored, decode_line(stored.letter.raw if fixed is None else fixed))
    except BadRecord as error:
        return Outcome(stored, None, f"{error.code}: {error}")


def _send(
    settings: Settings,
    running: Stack,
    client: Client,
    outcomes: Sequence[Outcome],
    clock: Clock,
) -> None:
    ready = [(outcome.stored, outcome.listing) for outcome in outcomes if outcome.listing]
    if not ready:
        return
    topic = ensure_topics(settings, running.kafka)
    with Publisher(settings, running.kafka, topic, clock) as publisher:
        for _, listing in ready:
            publisher.publish(listing)
    # Marked only when counted: until then the embedded broker has the line in memory alone.
    offsets = sent_offsets(topic, publisher.sent)
    wait_until_counted(client, offsets, clock, watched(running), lambda _: None)
    mark_resubmitted(client, [stored.letter for stored, _ in ready], clock.now())


def _read_lines(file: Path, wanted: int) -> list[bytes]:
    try:
        lines = [line for line in file.read_bytes().split(b"\n") if line.strip()]
    except OSError as error:
        raise ConfigError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    if len(lines) != wanted:
        raise ConfigError(f"{file} has {len(lines)} lines for {wanted} IDs; it needs one for each")
    return lines


def _report(outcomes: Sequence[Outcome], output: Format) -> None:
    sent = sum(outcome.listing is not None for outcome in outcomes)
    if output is Format.JSON:
        document = {
            "resubmitted": sent,
            "stay": len(outcomes) - sent,
            "letters": [outcome.as_json() for outcome in outcomes],
        }
        print_json(document)
        return
    for outcome in outcomes:
        if outcome.listing is None:
            say(f"{outcome.stored.id} stays: {outcome.reason}")
    if not outcomes:
        say("no open dead letters to send")
    out.print(f"{cell(sent)} re-submitted and counted, {cell(len(outcomes) - sent)} stay")
