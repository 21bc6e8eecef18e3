"""Raw text to prepared text: LaTeX, links, one spelling per character."""

from __future__ import annotations

import pytest

from trends.analysis.latex import without_latex
from trends.analysis.links import without_links
from trends.analysis.prepare import clean, prepare
from trends.analysis.segment import Bigrams


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no TeX {at} all_^", "no TeX {at} all_^"),
        (r"\text{a} \emph{b} \mathbf{c} \bfseries {d} \itshape{e}", "a b c d e"),
        (r"\rm{a} \sc{b} \tt{c} \underline{d}", "a b c d"),
        (r"\emph{\textbf{deep}} nets", "deep nets"),
        (r"\mathrm {a}", "a"),
        (r"\'e \`e \"e \^e \~e \=e \.e", "e e e e e e e"),
        (r"\c{c} \v{s} \u{a} \H{o} \k{a} \c c", "c s a o a c"),
        (r"\'{\i}", "i"),
        (r"\cite{x}", " {x}"),
        (r"\alpha\Omega\ell", "αΩl"),
        (r"\varepsilon \varphi", "εφ"),
        (r"a\quad b", "a b"),
        (r"\$5", r"\$5"),
    ],
)
def test_latex_commands_go_and_their_text_stays(text: str, expected: str) -> None:
    assert without_latex(text) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("$k$", "k"),
        ("$$k$$", "k"),
        ("$F_1$", "F1"),
        (r"$x^{2}\,$", "x2"),
        (r"$\mathcal{O}$", "O"),
        (r"$\lambda$", "λ"),
        ("$abcd$", "abcd"),
        ("$abcde$", " . "),
        ("$a+b$", " . "),
        ("$95$", " . "),
        (r"$\frac{a}{b}$", "ab"),
        (r"$a\$b$", " . "),
        ("$x$5", "$x$5"),
        ("$ x$", "$ x$"),
        ("$x $", "$x $"),
        ("$" + "x" * 501 + "$", "$" + "x" * 501 + "$"),
        ("$" + "x" * 500 + "$", " . "),
    ],
)
def test_a_short_formula_is_a_word_and_a_long_one_ends_the_part(
    formula: str, expected: str
) -> None:
    assert without_latex(formula) == expected


@pytest.mark.parametrize(
    "link",
    [
        *(
            "http://x.org",
            "https://x.org/a?b=c#d",
            "HTTPS://X.ORG",
            "ftp://x.y",
            "http://localhost",
        ),
        *("www.x.yz", "Www.X.yz/z", "a@b.cd", "First.Last+tag-1@sub.b.cd"),
        *(f"x.{end}" for end in "com org net io ai edu gov dev app co cn me html".split()),
        *("a.b-c.org/d/e", "GITHUB.COM/a"),
    ],
)
def test_a_link_ends_the_sentence_part(link: str) -> None:
    assert without_links(f"see {link} now") == "see  .  now"
    assert without_links(f'see "{link}", now') == 'see " . ", now' or "/" not in link


@pytest.mark.parametrize("close", "\"')]}<>")
def test_a_link_ends_at_brackets_and_quotes(close: str) -> None:
    assert without_links(f"see http://x.org/a{close}b") == f"see  . {close}b"
    assert without_links(f"see x.org/a{close}b") == f"see  . {close}b"


@pytest.mark.parametrize(
    "text",
    [
        "end. Next one.",
        "node.js and v1.5",
        "x.company",
        "user@host and a.b",
        "a://",
        "e.g. this",
        "x.orgs",
    ],
)
def test_what_is_no_link_stays(text: str) -> None:
    assert without_links(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ABC Xyz", "abc xyz"),
        ("ΣΟΦΟΣ Straße ŉ", "σοφοσ strasse ʼn"),
        ("ＡＩ ﬁ ① ㎏", "ai fi 1 kg"),
        ("cafe\u0301", "café"),
        ("\u0390 \u1fd3", "ΐ ΐ"),
        ("snake_case ｓ＿ｃ", "snake-case s-c"),
    ],
)
def test_characters_have_one_spelling(text: str, expected: str) -> None:
    assert prepare(text, Bigrams()) == expected


def test_what_people_read_keeps_its_case() -> None:
    assert clean(r"A ＢＣ $\beta$-VAE at http://x.org", Bigrams()) == "A BC β-VAE at  . "
    assert clean("AI", Bigrams()) == "AI"
