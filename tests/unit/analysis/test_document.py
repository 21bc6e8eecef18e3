"""Every example that docs/analysis.md shows is what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.unit.analysis.analysers import analysed
from trends.analysis.forms import form_of
from trends.analysis.segment import Segmenter, segmenter
from trends.analysis.taxonomy import parse_taxonomy
from trends.analysis.tokens import sentence_parts
from trends.analysis.words import AFTER_WORD, ALONE, ENDS, INSIDE, STARTS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "analysis.md").read_text(encoding="utf-8")
(TAXONOMY,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
SEGMENTERS = {"Tokens": "bigrams", "Tokens by words": "words"}


class Example(NamedTuple):
    """One cell behind the text of a row, and the column's heading."""

    heading: str
    text: str
    says: str


def tables() -> Iterator[list[list[str]]]:
    """The rows of every table, headings first, without the line below them."""
    for table in re.findall(r"(?:^\|.*\n)+", DOCUMENT, re.MULTILINE):
        rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in table.splitlines()]
        yield [rows[0], *rows[2:]]


def examples() -> Iterator[Example]:
    for headings, *rows in tables():
        if headings[0] == "Text":
            for text, *cells in rows:
                for heading, cell in zip(headings[1:], cells, strict=True):
                    yield Example(heading, unquoted(text), cell)


def unquoted(cell: str) -> str:
    """The text of a cell that is code."""
    assert cell.startswith("`")
    assert cell.endswith("`")
    return re.sub("<U[+]([0-9A-F]{4})>", lambda match: chr(int(match[1], 16)), cell[1:-1])


EXAMPLES = list(examples())


def of(*headings: str) -> pytest.MarkDecorator:
    chosen = [example for example in EXAMPLES if example.heading in headings]
    return pytest.mark.parametrize("example", chosen, ids=lambda each: f"{each[0]}: {each[1]}")


def test_every_table_is_read() -> None:
    assert {example.heading for example in EXAMPLES} == {
        *("Tokens", "Tokens by words", "Terms", "Acronyms", "Topics")
    }
    assert len(EXAMPLES) > 50


@of(*SEGMENTERS)
def test_tokens(example: Example) -> None:
    cutter: Segmenter = segmenter(SEGMENTERS[example.heading])
    parts = sentence_parts(example.text, cutter)
    assert " · ".join(" ".join(part) for part in parts) == unquoted(example.says)
    analysed(example.text, segmenter=cutter)


@of("Terms")
def test_terms(example: Example) -> None:
    assert set(analysed(example.text).terms) == set(re.findall("`(.*?)`", example.says))


@of("Acronyms")
def test_acronyms(example: Example) -> None:
    found = analysed(example.text).acronyms
    assert found == dict(re.findall("`(.*?)` = `(.*?)`", example.says))


@of("Topics")
def test_topics(example: Example) -> None:
    found = analysed(example.text, taxonomy=parse_taxonomy(TAXONOMY, "docs/analysis.md")).topics
    says = re.findall(r"`(.*?)` (\d+)", example.says)
    assert found == {topic: int(mentions) for topic, mentions in says}


def test_what_a_token_may_do() -> None:
    (table,) = [rows for rows in tables() if rows[0][0] == "Token"]
    assert len(table) == 8
    for name, alone, first, inside, last in table[1:]:
        (kind,) = {form_of(token)[1] for token in re.findall("`(.*?)`", name)}
        assert (alone, first) == (yes(kind, ALONE), yes(kind, STARTS))
        behind = "only directly behind a word" if kind & AFTER_WORD else "yes"
        assert inside == (behind if kind & INSIDE else "no")
        assert last == (behind if kind & ENDS else "no")


def yes(kind: int, right: int) -> str:
    return "yes" if kind & right else "no"
