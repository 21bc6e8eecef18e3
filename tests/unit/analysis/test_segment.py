"""Scripts without spaces: what is cut, by what, and under which name that is recorded."""

from __future__ import annotations

import re
import unicodedata

import pytest

from tests.unit.analysis.analysers import analysed
from trends.analysis.characters import DENSE, is_dense
from trends.analysis.segment import Bigrams, ChineseWords, segmenter
from trends.analysis.tokens import sentence_parts
from trends.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("深", "深"),
        ("深度", "深度"),
        ("深度学", "深度 | 度学"),
        ("a深度b", "a | 深度 | b"),
        ("深 度", "深 | 度"),
        ("ディープ学習", "ディ | ィー | ープ | プ学 | 学習"),
        ("ﾃﾞｨｰﾌﾟ", "ディ | ィー | ープ"),
        ("ภาษา", "ภา | าษ | ษา"),
        ("ພາສາ", "ພາ | າສ | ສາ"),
        ("ဗမာ", "ဗမ | မာ"),
        ("ភាសា", "ភា | ស | សា"),
        ("人々は", "人々 | 々は"),
        ("一〇〇", "一〇 | 〇〇"),
        ("㐀㐁㐂", "㐀㐁 | 㐁㐂"),
        ("𠀀𠀁𠀂", "𠀀𠀁 | 𠀁𠀂"),
        ("เมอง", "เม | มอ | อง"),
        ("豈﨎﨏", "豈﨎 | 﨎﨏"),
        ("한국어 모델", "한국어 모델"),
        ("हिन्दी ქართული עברית", "हिन्दी ქართული עברית"),
        ("ꆈꌠ ꕙꔤ", "ꆈꌠ ꕙꔤ"),
    ],
)
def test_scripts_without_spaces_are_cut_into_pairs(text: str, expected: str) -> None:
    text = unicodedata.normalize("NFC", text)
    parts = sentence_parts(text, Bigrams())
    wanted = unicodedata.normalize("NFKC", expected)
    # A sign that begins no token falls away.
    found = " | ".join(" ".join(part) for part in parts)
    assert found == wanted
    analysed(text)


def test_words_are_cut_by_a_dictionary_and_make_phrases() -> None:
    words = segmenter("words")
    assert sentence_parts("研究深度学习模型", words) == [["研究", "深度", "学习", "模型"]]
    assert sentence_parts("用GPT模型", words) == [["用", "gpt", "模型"]]
    assert "深度 学习" in analysed("研究深度学习模型", segmenter=words).terms
    # Function words are no terms.
    assert "的" not in analysed("模型的推理", segmenter=words).terms


def test_a_segmenter_is_recorded_with_what_decides() -> None:
    assert segmenter("bigrams").name == "bigrams"
    assert re.fullmatch(r"words/rjieba-\d+\..*", ChineseWords().name)
    assert segmenter("words") is segmenter("words")


def test_a_segmenter_that_is_not_known_is_refused() -> None:
    with pytest.raises(ConfigError, match="'syllables' is not known; use 'bigrams' or 'words'"):
        segmenter("syllables")


def test_words_without_their_package_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rjieba", None)
    with pytest.raises(ConfigError, match=r"pip install 'trends\[words\]'"):
        ChineseWords()


def test_the_dense_scripts_are_what_they_are_called() -> None:
    names = (
        "CJK",
        "HIRAGANA",
        "KATAKANA",
        "IDEOGRAPHIC",
        "THAI",
        "LAO",
        "MYANMAR",
        "KHMER",
    )
    dense = re.compile(f"[{DENSE}]")
    strangers = [
        character
        for character in map(chr, range(0x110000))
        if dense.match(character)
        and (name := unicodedata.name(character, ""))
        and not name.startswith(names)
    ]
    assert strangers == []
    assert is_dense("深度")
    assert not is_dense("深a")
