"""`trends topics`: the taxonomy that listings are counted under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from trends.analysis.segment import segmenter
from trends.analysis.taxonomy import DEFAULT_ORIGIN, Taxonomy, Topic
from trends.analysis.taxonomy_check import examine
from trends.analysis.taxonomy_finding import Severity
from trends.cli.commands import TYPER_OPTIONS
from trends.cli.errors import EXIT_WRONG, reported
from trends.cli.options import OutputFormat
from trends.cli.output import Format, out, plain, print_json, print_rows, say
from trends.processor.taxonomy_file import load_taxonomy, read_text
from trends.settings import load_settings

STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}
INDENT: Final = "  "

topics_app = typer.Typer(
    help="Topics that listings are counted under: list them, check a file of your own.",
    **TYPER_OPTIONS,
)


@reported
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A taxonomy, as YAML.")],
    output: OutputFormat = Format.TABLE,
) -> None:
    """Say everything that is wrong with a taxonomy file, and what to do about it.

    An error keeps the file from being used; a warning is something that has no effect, or another
    one than was probably meant. Exit code 1 when there are errors. TRENDS_TAXONOMY puts a file to
    use.
    """
    # A phrase in a script without spaces matches as the texts are cut.
    cutter = segmenter(load_settings().segmenter)
    entries, findings = examine(read_text(file), str(file), cutter)
    found = Counter(finding.severity for finding in findings)
    topics, phrases = len(entries), sum(len(entry.phrases) for entry in entries)
    if output is Format.JSON:
        print_json(
            {
                "ok": not found[Severity.ERROR],
                "topics": topics,
                "phrases": phrases,
                "errors": found[Severity.ERROR],
                "warnings": found[Severity.WARNING],
                "findings": [asdict(finding) for finding in findings],
            }
        )
    else:
        for finding in findings:
            out.print(finding.severity.value, style=STYLES[finding.severity], end=" ")
            out.print(plain(str(finding)), markup=False, soft_wrap=True)
        counts = ", ".join(_count(found[severity], severity.value) for severity in Severity)
        out.print(f"{_count(topics, 'topic')}, {_count(phrases, 'phrase')}: {counts}")
    if found[Severity.ERROR]:
        raise typer.Exit(EXIT_WRONG)


@reported
def list_command(output: OutputFormat = Format.TABLE) -> None:
    """List the topics, children below their parents.

    Those of the file that TRENDS_TAXONOMY names, else the built-in ones. `phrases` is how many
    stand for the topic itself; what its children count, it counts as well.
    """
    settings = load_settings()
    taxonomy = load_taxonomy(settings, segmenter(settings.segmenter))
    rows = [_row(topic, depth, output) for topic, depth in tree(taxonomy)]
    columns = ["topic", "phrases", "exclusions", "aliases"]
    print_rows(rows, columns, output)
    if output is Format.TABLE:
        origin = settings.taxonomy or DEFAULT_ORIGIN
        say(f"{_count(len(rows), 'topic')} of {origin}, fingerprint {taxonomy.fingerprint()}")


def tree(taxonomy: Taxonomy) -> Iterator[tuple[Topic, int]]:
    """Each topic and how many are above it; children behind their parent, as the file has them."""
    children: dict[str | None, list[Topic]] = {}
    for topic in taxonomy.topics:
        children.setdefault(topic.parent, []).append(topic)
    # A stack of its own: a taxonomy may be deeper than Python lets functions call each other.
    rest = [(topic, 0) for topic in reversed(children.get(None, []))]
    while rest:
        topic, depth = rest.pop()
        yield topic, depth
        rest += [(child, depth + 1) for child in reversed(children.get(topic.name, []))]


def _row(topic: Topic, depth: int, output: Format) -> dict[str, object]:
    counts: dict[str, object] = {
        "phrases": len(topic.phrases),
        "exclusions": len(topic.exclusions),
    }
    if output is Format.JSON:
        aliases = list(topic.aliases)
        return {"topic": topic.name, "parent": topic.parent, **counts, "aliases": aliases}
    return {"topic": INDENT * depth + topic.name, **counts, "aliases": ", ".join(topic.aliases)}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


topics_app.command("list")(list_command)
topics_app.command("check", short_help="Say what is wrong with a taxonomy file.")(check_command)
