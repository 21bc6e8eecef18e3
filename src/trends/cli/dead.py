"""`trends dead`: the lines that could not be read."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Any

import typer

from trends.cli.commands import TYPER_OPTIONS
from trends.cli.dead_retry import retry_command
from trends.cli.errors import reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, out, plain, print_json, print_rows, say, write_bytes
from trends.cli.stack import connected_store
from trends.settings import load_settings
from trends.store.dead_letters import StoredLetter, find_letter, list_letters
from trends.store.interface import DeadLetter

_SHARD = re.compile(r"(?P<topic>[^/]+)/[0-9a-f-]{36}/(?P<partition>[0-9]+)")

dead_app = typer.Typer(
    help="Dead letters: lines that could not be read, and why. None is ever dropped.",
    **TYPER_OPTIONS,
)


@reported
def list_command(
    code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only this error code, e.g. missing_title.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, newest first.")] = 50,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that were re-submitted.")
    ] = False,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List the dead letters that are open, newest first.

    The id is stable; its first characters will do for `show` and `retry`.
    """
    with connected_store(load_settings(data_dir=data_dir)) as client:
        letters, total = list_letters(client, code=code, closed=everything, limit=limit)
    if output is Format.JSON:
        print_json([as_json(letter) for letter in letters])
        return
    columns = ["id", "recorded_at", "code", "where", "message"]
    if everything:
        columns.insert(2, "resubmitted_at")
    print_rows([_row(letter) for letter in letters], columns, output)
    if len(letters) < total:
        say(f"{total - len(letters):,} more; --limit shows them")
    elif not letters:
        say("no dead letters" if everything else "no open dead letters")


@reported
def show_command(
    letter: Annotated[str, typer.Argument(metavar="ID", help="Of `trends dead list`.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Only the line's bytes, to correct them in a file.")
    ] = False,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show one dead letter: where the line stood, what is wrong with it, and its bytes."""
    with connected_store(load_settings(data_dir=data_dir)) as client:
        found = find_letter(client, letter)
    if raw:
        write_bytes(found.letter.raw + b"\n")
        return
    document = as_json(found)
    if output is Format.JSON:
        print_json(document)
        return
    for name, value in document.items():
        out.print(f"{name:<14} ", end="", style="dim")
        out.print("-" if value is None else plain(str(value)), markup=False, soft_wrap=True)


def as_json(stored: StoredLetter) -> dict[str, Any]:
    """A dead letter for programs; ``raw`` is text where the bytes are UTF-8, else base64."""
    letter = stored.letter
    document: dict[str, Any] = {
        "id": stored.id,
        "origin": letter.origin,
        "offset": letter.offset,
        "line": letter.line,
        "code": letter.code,
        "message": letter.message,
        "cut": letter.cut,
        "recorded_at": letter.recorded_at,
        "resubmitted_at": stored.resubmitted_at,
    }
    try:
        document["raw"] = letter.raw.decode()
    except UnicodeDecodeError:
        document["raw_base64"] = base64.b64encode(letter.raw).decode()
    return document


def _row(stored: StoredLetter) -> dict[str, object]:
    row: dict[str, object] = dict(as_json(stored))
    for name in ("recorded_at", "resubmitted_at"):
        moment = row[name]
        row[name] = f"{moment:%Y-%m-%d %H:%M:%S}" if moment else None
    row["where"] = _where(stored.letter)
    row["message"] = " ".join(stored.letter.message.split())
    return row


def _where(letter: DeadLetter) -> str:
    """File and line, or topic, partition, offset and line without the topic's id."""
    found = _SHARD.fullmatch(letter.origin)
    if found is None:
        return letter.origin
    return f"{found['topic']}/{found['partition']} @{letter.offset}:{letter.line}"


dead_app.command("list")(list_command)
dead_app.command("show", short_help="Show one: where it stood, what is wrong.")(show_command)
dead_app.command("retry")(retry_command)
