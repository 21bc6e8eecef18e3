"""`trends analyse`: what one text would be counted under, and why."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from trends.analysis.explain import Explanation, explain
from trends.analysis.interface import Analysis
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import segmenter
from trends.cli.errors import reported
from trends.cli.options import OutputFormat
from trends.cli.output import Format, out, plain, print_json, print_rows
from trends.errors import ConfigError
from trends.processor.taxonomy_file import load_taxonomy
from trends.settings import load_settings


@reported
def analyse_command(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A text; - reads stdin.")],
    title: Annotated[
        bool, typer.Option("--title/--no-title", help="The first line is the title.")
    ] = True,
    why: Annotated[
        bool, typer.Option("--explain", help="Give the reason of every decision.")
    ] = False,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show the terms, topics and acronyms of one text.

    By the taxonomy of the settings, else the built-in one; nothing is stored.
    """
    settings = load_settings()
    cutter = segmenter(settings.segmenter)
    taxonomy = load_taxonomy(settings, cutter)
    text = _read(file)
    head, _, body = text.lstrip().partition("\n") if title else ("", "", text)
    (analysis,) = ReferenceAnalyser(taxonomy, cutter).analyse([(head, body)])
    told = [
        (name, explain(each, analysis.acronyms, taxonomy, cutter))
        for name, each in (("title", head), ("text", body))
    ]
    if output is Format.JSON:
        found = {**asdict(analysis)}
        print_json(
            found | {"explain": {name: asdict(each) for name, each in told}} if why else found
        )
        return
    _print(analysis)
    if why:
        for name, explanation in told:
            _print_reasons(name, explanation)


def _read(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.buffer.read().decode()
        return Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8: {error}; save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or error}") from error


def _print(analysis: Analysis) -> None:
    rows: list[dict[str, object]] = [
        {"mentions": count, "in title": number < analysis.title_terms, "term": name}
        for number, (name, count) in enumerate(analysis.terms.items())
    ]
    rows.sort(key=lambda row: (-int(str(row["mentions"])), str(row["term"])))
    print_rows(rows, ["mentions", "in title", "term"], Format.TABLE, f"{len(rows)} terms")
    topics = [{"mentions": count, "topic": name} for name, count in analysis.topics.items()]
    topics.sort(key=lambda row: (-int(str(row["mentions"])), str(row["topic"])))
    print_rows(topics, ["mentions", "topic"], Format.TABLE, f"\n{len(topics)} topics")
    acronyms: list[dict[str, object]] = [
        {"short": short, "long": long} for short, long in analysis.acronyms.items()
    ]
    title = f"\n{len(acronyms)} acronyms introduced"
    print_rows(acronyms, ["short", "long"], Format.TABLE, title)


def _print_reasons(name: str, told: Explanation) -> None:
    out.print(plain(f"\n── {name} ──"), markup=False)
    out.print(plain(f"prepared: {told.prepared.strip()}"), markup=False, soft_wrap=True)
    for title, rows, columns in (
        ("tokens", told.tokens, ["part", "text", "form", "kind", "reason"]),
        ("runs", told.runs, ["is_term", "name", "reason"]),
        ("topics", told.topics, ["counts", "topic", "phrase", "reason"]),
        ("in parentheses", told.acronyms, ["short", "long", "reason"]),
    ):
        if rows:
            print_rows([asdict(row) for row in rows], columns, Format.TABLE, f"\n{title}")
