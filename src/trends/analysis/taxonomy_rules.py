"""The rules that relate a taxonomy's topics to each other.

In: entries as they were read. Out: one finding per breach. Errors are what makes counts undefined;
warnings what has no effect, or another one than was probably meant.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from trends.analysis.taxonomy_finding import Finding, did_you_mean, error, warning
from trends.analysis.taxonomy_read import ALIASES, EXCLUDE, PARENT, PHRASES, Entry, Phrase

LEVELS_MAX: Final = 2


def name_key(text: str) -> str:
    """Names with the same key are the same to a person."""
    return " ".join(text.split()).casefold()


def broken_rules(entries: Sequence[Entry], misread: Container[str]) -> Iterator[Finding]:
    """Findings of all rules, rule by rule.

    ``misread`` are the topics of which something could not be read: what is missing there may not
    be missing in the file.
    """
    ancestors = _ancestors_by_name(entries)
    yield from _names(entries)
    yield from _parents(entries, ancestors)
    yield from _levels(entries, ancestors)
    yield from _empty_topics(entries, misread)
    for entry in entries:
        yield from _repeats(entry)
        yield from _longer_phrases(entry)
        yield from _exclusions(entry)
        yield from _lost_punctuation(entry)
    yield from _shared_phrases(entries, ancestors)


def _ancestors_by_name(entries: Sequence[Entry]) -> dict[str, tuple[str, ...]]:
    """Names above each topic, nearest first; in a cycle, up to the first that comes again."""
    parents = {entry.name: entry.parent.text if entry.parent else None for entry in entries}
    result = {}
    for name, nearest in parents.items():
        above: dict[str, None] = {}
        parent = nearest
        while parent in parents and parent not in above:
            above[parent] = None
            parent = parents[parent]
        result[name] = tuple(above)
    return result


def _names(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Whoever asks for a topic by a name must get one answer."""
    topics: dict[str, Entry] = {}
    for entry in entries:
        first = topics.setdefault(name_key(entry.name), entry)
        if first is not entry:
            message = f"is already the topic of line {first.line}; join them or rename one"
            yield error(entry.line, entry.name, "", "", message)
    owners: dict[str, Entry] = {}
    for entry in entries:
        for alias in entry.aliases:
            key = name_key(alias.text)
            named = topics.get(key)
            owner = owners.setdefault(key, entry)
            where = (alias.line, entry.name, ALIASES, alias.text)
            if named is not None and named.name == entry.name:
                yield warning(*where, "is the topic's own name; remove it")
            elif named is not None:
                yield error(*where, f"is the name of the topic of line {named.line}; remove it")
            elif owner is not entry:
                message = f"is an alias of {owner.name!r} too; leave it to one of them"
                yield error(*where, message)


def _parents(
    entries: Sequence[Entry], ancestors: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    told: set[str] = set()
    for entry in entries:
        if entry.parent is None:
            continue
        where = (entry.parent.line, entry.name, PARENT, entry.parent.text)
        above = ancestors[entry.name]
        if entry.parent.text not in ancestors:
            meant = did_you_mean(entry.parent.text, (other.name for other in entries))
            yield error(*where, f"is no topic of this file{meant or '; add it, or name another'}")
        elif entry.name in above and entry.name not in told:
            # Once for the whole ring, at the first of its topics.
            ring = above[: above.index(entry.name) + 1]
            told.update(ring)
            message = "goes round in a circle: " + " -> ".join((entry.name, *ring))
            yield error(*where, f"{message}; remove the parent of one of them")


def _levels(
    entries: Sequence[Entry], ancestors: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    for entry in entries:
        above = ancestors[entry.name]
        if entry.parent is not None and len(above) >= LEVELS_MAX and entry.name not in above:
            message = (
                f"is {len(above) + 1} levels deep, below {' and '.join(above)}; people find their "
                f"way through {LEVELS_MAX}"
            )
            yield warning(entry.parent.line, entry.name, PARENT, entry.parent.text, message)


def _empty_topics(entries: Sequence[Entry], misread: Container[str]) -> Iterator[Finding]:
    parents = {entry.parent.text for entry in entries if entry.parent is not None}
    for entry in entries:
        if not entry.phrases and entry.name not in parents and entry.name not in misread:
            message = "has neither phrases nor children, so it never counts; add some or remove it"
            yield warning(entry.line, entry.name, "", "", message)


def _repeats(entry: Entry) -> Iterator[Finding]:
    for field, phrases in ((PHRASES, entry.phrases), (EXCLUDE, entry.exclusions)):
        first: dict[tuple[str, ...], Phrase] = {}
        for phrase in phrases:
            same = first.setdefault(phrase.tokens, phrase)
            if same is not phrase:
                message = f"is the same as {same.text!r} in line {same.line}; remove it"
                yield warning(phrase.line, entry.name, field, phrase.text, message)
    aliases: set[str] = set()
    for alias in entry.aliases:
        if name_key(alias.text) in aliases:
            message = "stands there twice; remove it"
            yield warning(alias.line, entry.name, ALIASES, alias.text, message)
        aliases.add(name_key(alias.text))


def _longer_phrases(entry: Entry) -> Iterator[Finding]:
    """ "large language model" finds nothing that "language model" does not find."""
    tokens = {phrase.tokens: phrase for phrase in reversed(entry.phrases)}
    for phrase in tokens.values():
        # Where an exclusion takes the shorter phrase out, the longer one is what puts it back.
        taken = [
            (start, start + len(exclusion.tokens))
            for exclusion in entry.exclusions
            for start in places(phrase.tokens, exclusion.tokens)
        ]
        for shorter in _runs_within(phrase.tokens, tokens):
            if any(
                not any(a <= start and start + len(shorter) <= b for a, b in taken)
                for start in places(phrase.tokens, shorter)
            ):
                found = tokens[shorter]
                message = f"contains {found.text!r} of line {found.line}, which does; remove it"
                yield warning(
                    phrase.line, entry.name, PHRASES, phrase.text, f"finds nothing more: {message}"
                )
                break


def _runs_within(
    run: tuple[str, ...], known: Mapping[tuple[str, ...], Phrase]
) -> Iterator[tuple[str, ...]]:
    """The known phrases that stand in ``run`` and are shorter than it."""
    for size in range(1, len(run)):
        for start in range(len(run) - size + 1):
            if run[start : start + size] in known:
                yield run[start : start + size]


def _exclusions(entry: Entry) -> Iterator[Finding]:
    for exclusion in entry.exclusions:
        if not any(contains(exclusion.tokens, phrase.tokens) for phrase in entry.phrases):
            yield warning(
                exclusion.line,
                entry.name,
                EXCLUDE,
                exclusion.text,
                "has no effect, for it contains no phrase of the topic; remove it or correct it",
            )
    excluded = {exclusion.tokens: exclusion for exclusion in entry.exclusions}
    for phrase in entry.phrases:
        if phrase.tokens in excluded:
            line = excluded[phrase.tokens].line
            message = f"never counts, for line {line} excludes it; remove one of the two"
            yield warning(phrase.line, entry.name, PHRASES, phrase.text, message)


def contains(run: Sequence[str], part: Sequence[str]) -> bool:
    """Whether the tokens of ``part`` stand in ``run`` side by side and in order."""
    return any(True for _ in places(run, part))


def places(run: Sequence[str], part: Sequence[str]) -> Iterator[int]:
    """Where in ``run`` the tokens of ``part`` stand."""
    size = len(part)
    return (start for start in range(len(run) - size + 1) if run[start : start + size] == part)


def _lost_punctuation(entry: Entry) -> Iterator[Finding]:
    """ "F#?" is read as "f#", and ".NET" as "net", which its author can hardly want."""
    for field, phrases in ((PHRASES, entry.phrases), (EXCLUDE, entry.exclusions)):
        for phrase in phrases:
            first, last = phrase.tokens[0][0], phrase.tokens[-1][-1]
            lost_before = first.isalnum() and not phrase.text[0].isalnum()
            if lost_before or (last.isalnum() and not phrase.text[-1].isalnum()):
                message = f"is read as {' '.join(phrase.tokens)!r}; write it so if that is meant"
                yield warning(phrase.line, entry.name, field, phrase.text, message)


def _shared_phrases(
    entries: Sequence[Entry], ancestors: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    users: dict[tuple[str, ...], dict[str, tuple[Entry, Phrase]]] = {}
    for entry in entries:
        for phrase in entry.phrases:
            users.setdefault(phrase.tokens, {}).setdefault(entry.name, (entry, phrase))
    for used in users.values():
        yield from chain.from_iterable(
            _shared(used, name, ancestors) for name in used if len(used) > 1
        )


def _shared(
    used: Mapping[str, tuple[Entry, Phrase]], name: str, ancestors: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """What is to be said of one user of a phrase that several topics use."""
    entry, phrase = used[name]
    where = (phrase.line, entry.name, PHRASES, phrase.text)
    below = [other for other in used if name in ancestors[other] and other != name]
    for other in below:
        yield warning(*where, f"is a phrase of its child {other!r} already; remove it here")
    earlier = list(used)[: list(used).index(name)]
    for other in earlier:
        if other not in ancestors[name] and other not in below:
            line = used[other][1].line
            message = f"is a phrase of {other!r} in line {line} too; leave it to one of them"
            yield warning(*where, message)
