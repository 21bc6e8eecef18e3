"""Text falls into sentence parts, each a run of tokens."""

from __future__ import annotations

import pytest

from trends.analysis.tokens import TOKEN_MAX_CHARS, sentence_parts


def parts(text: str) -> str:
    """Tokens joined by blanks, parts by bars."""
    return " | ".join(" ".join(part) for part in sentence_parts(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("... --- ***", ""),
        ("Deep learning works", "deep learning works"),
        ("line\nbreaks\tand   blanks", "line breaks and blanks"),
        ("One. Two, three; four: five", "one | two | three | four | five"),
        ("models (LLMs) work", "models | llms | work"),
        ("state-of-the-art", "state-of-the-art"),
        ("non- and co-operative", "non | and co-operative"),
        ("a--b", "a | b"),
        ("don't can’t", "don't can’t"),
        ("'quoted'", "quoted"),
        ("snake_case", "snake | case"),
        ("GPT-4 with 7B", "gpt-4 with 7b"),
        ("C++ and C#", "c | and c"),
        ("3.5 percent", "3 | 5 percent"),
        ("rock 'n' roll", "rock | n | roll"),
    ],
)
def test_punctuation_ends_a_part_and_joins_inside_a_token(text: str, expected: str) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＩ", "ai"),
        ("ﬁne-tuning", "fine-tuning"),
        ("STRASSE Straße", "strasse strasse"),
        ("cafe\u0301", "café"),
        ("x²", "x2"),
        ("深度学习 模型", "深度学习 模型"),
        ("обучение С ПОДКРЕПЛЕНИЕМ", "обучение с подкреплением"),
        ("a🙂b", "a | b"),
        ("non\u00a0breaking", "non breaking"),
    ],
)
def test_forms_that_a_reader_takes_as_the_same_are_the_same(text: str, expected: str) -> None:
    assert parts(text) == expected


def test_a_token_over_the_limit_is_dropped_and_ends_the_part() -> None:
    longest, longer = "x" * TOKEN_MAX_CHARS, "x" * (TOKEN_MAX_CHARS + 1)
    assert parts(f"a {longest} b") == f"a {longest} b"
    assert parts(f"a {longer} b") == "a | b"
