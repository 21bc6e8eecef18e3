"""Under which form a token is counted, and what it may do in a term."""

from __future__ import annotations

import pytest

from trends.analysis.forms import form_of
from trends.analysis.singular import INVARIANT, IRREGULAR, singular
from trends.analysis.words import BREAK, KINDS, LETTER, LINK, LONE, NUMBER, PREFIX, WORD


@pytest.mark.parametrize(
    ("token", "form"),
    [
        ("naïve", "naive"),
        ("ångström", "angstrom"),
        ("ǖber", "uber"),
        ("й", "й"),
        ("ё", "ё"),
        ("ά", "ά"),
        ("が", "が"),
        ("हिन्दी", "हिन्दी"),
        ("한국", "한국"),
        ("xй́", "xй́"),
        ("model's", "model"),
        ("model’s", "model"),
        ("models's", "model"),
        ("o'reilly", "o'reilly"),
        ("it's", "it"),
    ],
)
def test_the_form_of_a_token(token: str, form: str) -> None:
    assert form_of(token)[0] == form


@pytest.mark.parametrize(
    "token", ["don't", "we're", "i've", "they'll", "he'd", "i'm", "isn’t", "who'd"]
)
def test_a_contraction_is_a_function_word(token: str) -> None:
    assert form_of(token) == (token.replace("’", "'"), BREAK)


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        *(("that", BREAK), ("of", LINK), ("multi", PREFIX), ("propose", LONE), ("robot", WORD)),
        *(("的", BREAK), ("k", LETTER), ("β", LETTER), ("й", LETTER), ("学", WORD), ("ガ", WORD)),
        *(("7", NUMBER), ("3.5", NUMBER), ("1,000", NUMBER), ("1.2,3", NUMBER), ("٣", NUMBER)),
        *(
            ("2d", WORD),
            ("3.5x", NUMBER),
            ("x", LETTER),
            ("xx", WORD),
            ("v2x", WORD),
            ("7b", WORD),
            ("1.5b", WORD),
            ("c#", WORD),
            ("q&a", WORD),
            ("1&2", WORD),
        ),
        *(("it's", BREAK), ("k's", LETTER), ("3's", NUMBER)),
        # The singular of which is a word of the list.
        *(("uses", LONE), ("nanos", PREFIX), ("needs", LONE), ("mines", BREAK)),
    ],
)
def test_what_a_token_may_do(token: str, kind: int) -> None:
    assert form_of(token)[1] == kind


def test_function_words_keep_their_form() -> None:
    assert {form_of(word)[0] for word in KINDS} == set(KINDS)
    assert form_of("this") == ("this", BREAK)
    assert form_of("shows") == ("shows", LONE)


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("models", "model"),
        ("nets", "net"),
        ("ais", "ais"),
        ("llms", "llm"),
        ("theories", "theory"),
        ("pies", "pie"),
        ("classes", "class"),
        ("meshes", "mesh"),
        ("branches", "branch"),
        ("boxes", "box"),
        ("buzzes", "buzz"),
        ("cases", "case"),
        ("sizes", "size"),
        ("loss", "loss"),
        ("glass", "glass"),
        ("corpus", "corpus"),
        ("radius", "radius"),
        ("thesis", "thesis"),
        ("basis", "basis"),
        ("1990s", "1990s"),
        ("gpt4s", "gpt4s"),
        ("photonics", "photonics"),
        ("plasmonics", "plasmonics"),
        ("metrics", "metric"),
        ("topics", "topic"),
        ("c++", "c++"),
        ("model", "model"),
    ],
)
def test_the_singular(plural: str, expected: str) -> None:
    assert singular(plural) == expected


@pytest.mark.parametrize("token", sorted(INVARIANT))
def test_tokens_that_end_like_a_plural_and_are_none(token: str) -> None:
    assert singular(token) == token


@pytest.mark.parametrize(("plural", "expected"), sorted(IRREGULAR.items()))
def test_irregular_plurals(plural: str, expected: str) -> None:
    assert singular(plural) == singular(expected) == expected


def test_no_exception_is_needless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trends.analysis.singular.INVARIANT", frozenset())
    monkeypatch.setattr("trends.analysis.singular.IRREGULAR", {})
    assert [token for token in INVARIANT if singular(token) == token] == []
    assert [token for token, noun in IRREGULAR.items() if singular(token) == noun] == []
