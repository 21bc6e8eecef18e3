"""How names are written: which forms stand in texts, with case, hyphens and plural.

In: raw titles and texts. Out: votes for each name's written forms. One listing has one vote, so
that a text which repeats itself does not decide alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from trends.analysis.characters import JOINS
from trends.analysis.forms import form_of
from trends.analysis.prepare import clean, fold
from trends.analysis.tokens import surface_tokens
from trends.ranking.dense import has_dense, whole

_CONTINUES: Final = re.compile(rf"\s*|[{re.escape(JOINS)}]")
_HYPHEN: Final = re.compile(rf"[{re.escape(JOINS)}]")
_SENTENCE_ENDS: Final = re.compile(r"[.!?:]\s|\n\s*\n")


class WholeRuns:
    """Leaves runs of dense script as people write them."""

    name: Final = "whole runs"

    def cut(self, run: str) -> str:
        return run


class Written(NamedTuple):
    """A token as it stands in a text."""

    form: str
    start: int
    end: int
    begins_part: bool
    begins_sentence: bool
    is_joined: bool
    """To the token before it, by a hyphen."""


def _none() -> defaultdict[str, float]:
    return defaultdict(float)


@dataclass(slots=True)
class Votes:
    """What a sample of listings says about the writing of one name.

    Attributes:
        text: written form to votes, in running text within sentences.
        start: the same at the beginning of a sentence.
        title: the same in titles.
        hyphened: word that is joined to the front of the name by a hyphen, to votes.
        listings: that mention it in running text.
    """

    text: defaultdict[str, float] = field(default_factory=_none)
    start: defaultdict[str, float] = field(default_factory=_none)
    title: defaultdict[str, float] = field(default_factory=_none)
    hyphened: defaultdict[str, float] = field(default_factory=_none)
    listings: int = 0


def votes_of(names: Collection[str], listings: Iterable[tuple[str, str]]) -> dict[str, Votes]:
    """The votes of (title, text) listings on each name."""
    by_first: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    dense: list[str] = []
    for name in names:
        if has_dense(name):
            dense.append(name)
            continue
        words = tuple(name.split())
        by_first.setdefault(words[0], []).append((name, words))
    votes = {name: Votes() for name in names}
    cleaned: list[str] = []
    for pair in listings:
        title, text = (clean(raw, WholeRuns()) for raw in pair)
        _vote(title, by_first, votes, in_title=True)
        _vote(text, by_first, votes, in_title=False)
        if dense:
            cleaned.append(f"{title}\n{text}")
    for name in dense:
        votes[name].text[whole(name, cleaned)] += 1
        votes[name].listings = 1
    return votes


def _vote(
    text: str,
    by_first: dict[str, list[tuple[str, tuple[str, ...]]]],
    votes: dict[str, Votes],
    *,
    in_title: bool,
) -> None:
    tokens = list(_written(text))
    forms = [token.form for token in tokens]
    found: dict[str, list[tuple[str, bool, str]]] = {}
    for at, token in enumerate(tokens):
        for name, words in by_first.get(token.form, ()):
            run = tokens[at : at + len(words)]
            if tuple(forms[at : at + len(words)]) != words or any(
                one.begins_part for one in run[1:]
            ):
                continue
            before = tokens[at - 1] if token.is_joined and at else None
            found.setdefault(name, []).append(
                (
                    " ".join(text[token.start : run[-1].end].split()),
                    token.begins_sentence,
                    text[before.start : token.start] if before else "",
                )
            )
    for name, places in found.items():
        vote = votes[name]
        if not in_title:
            vote.listings += 1
        for surface, begins_sentence, before_it in places:
            share = 1 / len(places)
            box = vote.title if in_title else vote.start if begins_sentence else vote.text
            box[surface] += share
            if before_it and not in_title:
                vote.hyphened[before_it] += share


def _written(text: str) -> Iterable[Written]:
    for start, end, gap in surface_tokens(text):
        form, _ = form_of(fold(text[start:end]))
        yield Written(
            form,
            start,
            end,
            gap != " " and not _CONTINUES.fullmatch(gap),
            bool(_SENTENCE_ENDS.search(gap)) or not start,
            bool(_HYPHEN.fullmatch(gap)),
        )
