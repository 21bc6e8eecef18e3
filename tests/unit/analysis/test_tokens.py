"""Text falls into sentence parts, each a run of tokens. docs/analysis.md has more examples."""

from __future__ import annotations

import pytest

from tests.unit.analysis.analysers import analysed
from trends.analysis.characters import TOKEN_MAX_CHARS
from trends.analysis.tokens import sentence_parts


def parts(text: str) -> str:
    """Tokens joined by blanks, parts by bars; the kernel must agree on what follows from them."""
    analysed(f"a1 {text} b2", f"a1{text}b2")
    analysed(text)
    return " | ".join(" ".join(part) for part in sentence_parts(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("... --- ***", ""),
        ("Deep learning nets", "deep learning net"),
        ("line\nbreaks\tand   blanks", "line break and blank"),
        ("fast!slow?even/odd\\up", "fast | slow | even | odd"),
        ("non- and co-operative", "non | and co operative"),
        ("a--b", "a | b"),
        ("a -b c- d", "a | b c | d"),
        ("a−b a‒b a—b", "a | b a | b a | b"),
        ("a _ b", "a | b"),
        ("'quoted' ‘Quoted’", "quoted | quoted"),
        ("rock 'n' roll", "rock | n | roll"),
        ("r&d at&t AT &T q&a&b", "r&d at&t at | t q&a&b"),
        ("pass@10 @user", "pass@10 | user"),
        ("1.5.2 1,5.2 v1.5 1.x x.1 1. 5 .5", "1.5.2 1,5.2 v1.5 1 | x x | 1 1 | 5 | 5"),
        ("٣.٥ 3.x²", "٣.٥ 3 | x2"),
        ("a1.2b", "a1.2b"),
        ("x² 2²", "x2 22"),
        ("c# f#a ab# 3# c## c#++", "c# f# a ab | 3 | c# | c#"),
        ("c++ g++20 c+ c+++ c++- 1++ c#++", "c++ g++ 20 c | c++ | c++ | 1++ c#"),
        ("a🙂b", "a | b"),
        ("non\u00a0breaking\u2003space", "non breaking space"),
        ("\u0301a e\u0301x", "a ex"),
        ("한\u0301국", "한\u0301국"),
    ],
)
def test_punctuation_ends_a_part_and_joins_inside_a_token(text: str, expected: str) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize("hyphen", "-‐‑–_")
def test_a_single_hyphen_of_any_kind_parts_tokens_and_not_the_sentence(hyphen: str) -> None:
    assert parts(f"state{hyphen}of{hyphen}the{hyphen}art") == "state of the art"
    assert parts(f"state{hyphen}{hyphen}of") == "state | of"
    assert parts(f"state {hyphen} of") == "state | of"
    assert parts(f"state{hyphen} of") == "state | of"


@pytest.mark.parametrize("inside", "'’&@")
def test_what_may_stand_within_a_token_may_not_end_or_begin_it(inside: str) -> None:
    plain = inside.replace("’", "'")
    assert parts(f"x{inside}y") == f"x{plain}y"
    assert parts(f"x{inside} y") == "x | y"
    assert parts(f"x {inside}y") == "x | y"
    assert parts(f"x{inside}{inside}y") == "x | y"


@pytest.mark.parametrize("end", ["", " c", ".c"])
def test_a_token_over_the_limit_is_dropped_and_ends_the_part(end: str) -> None:
    assert TOKEN_MAX_CHARS == 64
    longest, longer = "x" * TOKEN_MAX_CHARS, "x" * (TOKEN_MAX_CHARS + 1)
    rest = end.replace(".", " | ")
    assert parts(f"a {longest} b{end}") == f"a {longest} b{rest}"
    assert parts(f"a {longer} b{end}") == f"a | b{rest}"
    assert parts(f"a {longest}’s b") == "a | b"


@pytest.mark.parametrize(
    "hidden", [*"\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"], ids=ascii
)
def test_what_cannot_be_seen_is_not_there(hidden: str) -> None:
    assert parts(f"neu{hidden}ral net{hidden}") == "neural net"
