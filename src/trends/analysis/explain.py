"""Why a text has the terms, topics and acronyms it has, decision by decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trends.analysis.acronyms import long_form
from trends.analysis.prepare import prepare
from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy import Taxonomy
from trends.analysis.terms import TERM_MAX_TOKENS, is_term, name_of
from trends.analysis.tokens import Token, tokens_by_part
from trends.analysis.words import ALONE, BREAK, LETTER, LINK, LONE, NUMBER, PREFIX, WORD

KIND_NAMES = {
    BREAK: ("break", "in no term, and no phrase spans it"),
    LONE: ("lone", "a term by itself, in no phrase"),
    LINK: ("link", "only inside a phrase"),
    PREFIX: ("prefix", "neither by itself nor last in a phrase"),
    LETTER: ("letter", "a single letter: not by itself"),
    NUMBER: ("number", "only directly behind a word"),
    WORD: ("word", ""),
}


@dataclass(frozen=True, slots=True)
class TokenReason:
    """A token as it stands in the prepared text, its form and kind, and why."""

    part: int
    text: str
    form: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunReason:
    """A run of tokens, whether it is a term, and why."""

    name: str
    is_term: bool
    reason: str


@dataclass(frozen=True, slots=True)
class TopicReason:
    """An occurrence of a topic's phrase, whether it counts, and why."""

    topic: str
    phrase: str
    counts: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AcronymReason:
    """A token alone in parentheses, what it is short for if anything, and why."""

    short: str
    long: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All decisions about one text."""

    prepared: str
    tokens: list[TokenReason]
    runs: list[RunReason]
    topics: list[TopicReason]
    acronyms: list[AcronymReason]


def explain(
    text: str, acronyms: Mapping[str, str], taxonomy: Taxonomy, segmenter: Segmenter
) -> Explanation:
    """Every decision about ``text``, a listing's title or text, in its order.

    ``acronyms`` are those that the whole listing introduces.
    """
    prepared = prepare(text, segmenter)
    parts = [part for part in tokens_by_part(prepared) if part]
    return Explanation(
        prepared,
        [_token(number, token, prepared) for number, part in enumerate(parts) for token in part],
        [reason for part in parts for reason in _runs(part, acronyms)],
        [reason for part in parts for reason in _topics(part, taxonomy)],
        list(_acronyms(tokens_by_part(prepared))),
    )


def _token(part: int, token: Token, prepared: str) -> TokenReason:
    text = prepared[token.start : token.end]
    name, reason = KIND_NAMES[token.kind]
    reasons = [reason] if reason else []
    if text.replace("’", "'") == f"{token.form}'s":
        reasons.append("possessive dropped")
    elif not text.isascii() and text != token.form:
        reasons.append("accents folded")
    elif text != token.form:
        reasons.append("plural counts as singular")
    return TokenReason(part, text, token.form, name, "; ".join(reasons))


def _runs(part: Sequence[Token], acronyms: Mapping[str, str]) -> Iterator[RunReason]:
    for start in range(len(part)):
        for end in range(start + 1, min(start + TERM_MAX_TOKENS, len(part)) + 1):
            run = part[start:end]
            name = name_of(run)
            if not is_term(run):
                yield RunReason(name, False, _why_no_term(run))
            elif name in acronyms:
                yield RunReason(acronyms[name], True, f"{name!r} stands for it in this listing")
            else:
                yield RunReason(name, True, "")


def _why_no_term(run: Sequence[Token]) -> str:
    """The first rule that a run breaks."""
    if len(run) == 1:
        return f"{run[0].form!r} is no term by itself ({KIND_NAMES[run[0].kind][0]})"
    for token in run:
        if token.kind in (BREAK, LONE):
            return f"spans {token.form!r} ({KIND_NAMES[token.kind][0]})"
    if run[0].kind in (LINK, NUMBER):
        return f"begins with {run[0].form!r} ({KIND_NAMES[run[0].kind][0]})"
    if run[-1].kind in (LINK, PREFIX):
        return f"ends with {run[-1].form!r} ({KIND_NAMES[run[-1].kind][0]})"
    return "holds a number that no word precedes"


def _topics(part: Sequence[Token], taxonomy: Taxonomy) -> Iterator[TopicReason]:
    forms = tuple(token.form for token in part)
    for topic in taxonomy.topics:
        excluded = [
            (start, end, phrase)
            for phrase in topic.exclusions
            for start, end in _places(forms, phrase)
        ]
        for phrase in topic.phrases:
            for start, end in _places(forms, phrase):
                void = next(
                    (each for first, last, each in excluded if first <= start and end <= last), None
                )
                if void is not None:
                    reason = f"inside the exclusion {' '.join(void)!r}"
                else:
                    above = taxonomy.ancestors(topic.name)
                    reason = f"counts for {', '.join(above)} too" if above else ""
                yield TopicReason(topic.name, " ".join(phrase), void is None, reason)


def _places(forms: tuple[str, ...], phrase: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for start in range(len(forms) - len(phrase) + 1):
        if forms[start : start + len(phrase)] == phrase:
            yield start, start + len(phrase)


def _acronyms(parts: Sequence[Sequence[Token]]) -> Iterator[AcronymReason]:
    known: dict[str, str] = {}
    for number, part in enumerate(parts):
        if not part or not part[0].in_parentheses:
            continue
        short = part[0]
        before = parts[number - 1] if number else ()
        long = long_form(short.form, before) if before else None
        if short.form in known:
            yield AcronymReason(short.form, known[short.form], "introduced before")
        elif not short.kind & ALONE:
            yield AcronymReason(short.form, "", "is no term by itself")
        elif long is None:
            yield AcronymReason(short.form, "", "its letters are not in the words before it")
        else:
            known[short.form] = name_of(long)
            yield AcronymReason(short.form, known[short.form], "introduced here")
