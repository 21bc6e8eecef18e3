"""Texts that are hard on the analysis, and taxonomies that match in them.

Few words, so that phrases, acronyms and repetitions come about; between them everything that the
tokeniser has a rule for.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache

from hypothesis import strategies as st

from trends.analysis.taxonomy import Taxonomy, Topic

Text = tuple[str, str]

# Words of every kind, some of them plurals, some of them overlapping in their letters.
WORDS = (
    *("deep", "Nets", "learning", "model", "models", "language", "Large", "LLM", "llms", "RLHF"),
    *("mixture", "experts", "MoE", "Lora", "adaptation", "state", "art", "AND", "of", "the", "to"),
    *("multi", "self", "k", "β", "we", "propose", "isn't", "that", "3", "3.5", "1,000", "٣", "2d"),
    *("c#", "C++", "Q&A", "pass@k", "GPT-4o", "model's", "analyses", "physics", "naïve", "Straße"),
    *("深度学习", "学", "ディープ", "한국어", "हिन्दी", "обучение", "й", "ภาษาไทย", "AI深度", "x²"),
)
# What may stand between, before, behind and in the midst of words.
MARKS = (
    *(" ", " ", " ", " ", "  ", "\n", "\t", "\u00a0", "\u2003", "\x1c", "\x85", "\u2028", "\0"),
    *("-", "‐", "‑", "‒", "–", "—", "−", "_", "＿", "︳", "--", " - ", "- "),
    *("'", "’", "‘", "&", "@", ".", ",", ". ", ", ", ":", ";", "/", "\\", "#", "+", "++", "##"),
    *("(", ")", " (", ") ", "( ", " )", "((", "))", "[", "]", "{", "}", '"', "<", ">", "|", "*"),
    *("$", "$$", r"\emph{", r"\alpha ", r"\'", r"\$", "$k$", r"$\beta$", "$O(n)$", "$5 ", "^2"),
    *("https://x.org/a_b", "www.x.org", "a.b@x.org", "x.com/y", "http://", "node.js", ".org"),
    *("ﬁ", "ß", "İ", "ſ", "½", "①", "Ⅷ", "\u0301", "\u0345", "\u1e9e", "ﷺ", "㎏", "ＡＩ", "🙂"),
    *("\u200b", "\u200d", "\u00ad", "\ufeff", "👩\u200d🔬", "\u1100\u1161", "\u0e33", "\u0390"),
    *("x" * 63, "x" * 64, "x" * 65, "é" * 64, "ß" * 33, "深" * 65, "", "\ue000", "\U000e0001"),
)
_PHRASES = (
    *("large language models", "mixture of experts", "low-rank adaptation", "deep learning"),
    *("reinforcement learning from human feedback", "state of the art", "vision transformer"),
    *("multi agent system", "k nearest neighbours", "question answering", "naïve Bayes nets"),
)

_word = st.sampled_from(WORDS)
_mark = st.sampled_from(MARKS)


# What stands before, around and within the parentheses of a short form.
_FRAMES = (
    *(" ({})", " ({})", " ({})", "({})", " ( {} )", ", ({})", " (({})", " ({}", " ({}, e.g.)"),
    *(" - ({})", " ({}) {}", " [{}]"),
)
Choose = Callable[[Sequence[str]], str]


def introduction(choose: Choose) -> str:
    """A phrase and what may be its acronym: mostly its initials, or with something amiss."""
    phrase = choose(_PHRASES)
    initials = "".join(word[0] for word in phrase.replace("-", " ").split())
    usual = initials.upper()
    odd = (initials[::-1], phrase[0] + phrase[-1], phrase[:5], phrase[:3] + "2", "LLM", "of")
    short = choose((usual, usual, f"{usual}s", initials[:-1], *odd))
    return f"{phrase}{choose(_FRAMES).format(short, short)} {choose(('', short, phrase))}"


def _introductions() -> st.SearchStrategy[str]:
    def drawn(draw: st.DrawFn) -> str:
        return introduction(lambda items: draw(st.sampled_from(items)))

    return st.composite(drawn)()


_piece = st.one_of(_word, _word, _mark, _introductions())
_spaced = st.lists(_piece, max_size=12).map(" ".join)
_joined = st.lists(st.one_of(_word, _mark), max_size=12).map("".join)
_any = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_long = st.lists(_spaced, min_size=8, max_size=12).map(" ".join)
_text: st.SearchStrategy[str] = st.one_of(_spaced, _joined, _spaced, _joined, _any, _long)

listing: st.SearchStrategy[Text] = st.tuples(_text, _text)
listings: st.SearchStrategy[Sequence[Text]] = st.lists(listing, max_size=16)


def made_listings(seed: int, count: int) -> list[Text]:
    """Listings like `listings`, a thousand times as fast, and with nothing to shrink."""
    chance = random.Random(seed)
    return [(_made(chance), _made(chance)) for _ in range(count)]


def _made(chance: random.Random) -> str:
    glue = chance.choice(("", " ", " "))
    words = chance.choices(WORDS, k=chance.choice((0, 1, 4, 4, 12, 60)))
    for _ in range(chance.choice((0, 1, 3, len(words)))):
        piece = introduction(chance.choice) if chance.random() < 0.2 else chance.choice(MARKS)
        if chance.random() < 0.05:
            piece = "".join(chr(chance.randrange(32, 0xD800)) for _ in range(3))
        words.insert(chance.randint(0, len(words)), piece)
    return glue.join(words)


_FORMS = (
    *("deep", "net", "learning", "model", "language", "large", "llm", "mixture", "of", "expert"),
    *("the", "state", "art", "3", "k", "深度", "学习", "naive", "strasse", "c#", "xx", "to"),
)


@cache
def taxonomy(seed: int) -> Taxonomy:
    """Topics within topics, whose phrases and exclusions overlap."""
    chance = random.Random(seed)

    def phrases(most: int) -> tuple[tuple[str, ...], ...]:
        forms = _FORMS[: chance.choice([6, len(_FORMS)])]
        runs = (tuple(chance.choices(forms, k=chance.randint(1, 4))) for _ in range(most))
        return tuple(dict.fromkeys(runs))

    topics: list[Topic] = []
    for number in range(seed and chance.randint(1, 30)):
        parent = chance.choice([None, *(topic.name for topic in topics[:5])])
        exclusions = phrases(chance.randint(0, 3))
        topics.append(Topic(f"T{number}", parent, phrases(chance.randint(0, 6)), exclusions))
    return Taxonomy(tuple(topics))
