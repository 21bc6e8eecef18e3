from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.identity import ID_MAX_CHARS, arxiv_id, listing_id, normalise_title


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://arxiv.org/abs/2405.15738", "2405.15738"),
        ("http://arxiv.org/abs/2405.15738v12", "2405.15738"),
        ("https://arxiv.org/pdf/2405.15738v2.pdf", "2405.15738"),
        ("https://www.arxiv.org/pdf/0704.0001", "0704.0001"),
        ("https://export.arxiv.org/abs/hep-th/9901001v3", "hep-th/9901001"),
        ("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
        ("https://arxiv.org/abs/math/0309136", "math/0309136"),
        ("https://arxiv.org/html/2405.15738v1#S2?x=1", "2405.15738"),
        ("https://huggingface.co/papers/2405.15738", "2405.15738"),
        ("https://hf.co/papers/2405.15738/", "2405.15738"),
        ("https://www.alphaxiv.org/overview/2405.15738", "2405.15738"),
        ("https://ar5iv.labs.arxiv.org/html/2405.15738", "2405.15738"),
        ("https://doi.org/10.48550/arXiv.2405.15738", "2405.15738"),
        ("arxiv.org/abs/2405.15738", "2405.15738"),
        (" https://arxiv.org/abs/2405.15738 ", "2405.15738"),
        ("https://example.org/abs/2405.15738", None),
        ("https://notarxiv.org/abs/2405.15738", None),
        ("https://arxiv.org/abs/2413.15738", None),
        ("https://arxiv.org/abs/2405.157", None),
        ("https://arxiv.org/abs/2405.1573812", None),
        ("https://arxiv.org/list/cs.CL/recent", None),
        ("https://huggingface.co/papers/month/2025-08", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_arxiv_id_of_a_url(url: str, expected: str | None) -> None:
    assert arxiv_id(url) == expected


def test_explicit_id_wins_and_is_used_as_it_is() -> None:
    assert listing_id(" gh:Owner/Repo ", "https://arxiv.org/abs/2405.15738", "T") == "gh:Owner/Repo"


def test_blank_explicit_id_is_none() -> None:
    assert listing_id("  ", "https://arxiv.org/abs/2405.15738", "T") == "arxiv:2405.15738"


def test_long_explicit_ids_are_hashed_and_stay_distinct() -> None:
    at_limit = "x" * ID_MAX_CHARS
    longer = [listing_id(at_limit + tail, None, "T") for tail in ("a", "b")]
    assert listing_id(at_limit, None, "T") == at_limit
    assert len(set(longer)) == 2
    assert all(i.startswith("sha256:") and len(i) <= ID_MAX_CHARS for i in longer)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sparse Bells", "  sparse\u00a0 BELLS\n"),
        ("Half a Bridge — Is It?", "Half a bridge: is it"),
        ("Don’t Wait", "Don't wait"),
        ("Straße", "STRASSE"),
        ("Ｆｕｌｌ Width", "full width"),
        ("Soft\u00adware\u200b", "Software"),
        ("Multi-Task Ovens", "Multi Task Ovens"),
    ],
)
def test_copies_of_a_title_are_one_listing(one: str, other: str) -> None:
    assert listing_id(None, None, one) == listing_id(None, None, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("C", "C++"), ("C", "C#"), ("GPT 3.5", "GPT 35"), ("F1", "F 1"), ("क", "कि"), ("🦊", "🐻")],
)
def test_other_titles_are_other_listings(one: str, other: str) -> None:
    assert listing_id(None, None, one) != listing_id(None, None, other)


def test_unspaced_scripts_keep_their_characters() -> None:
    assert listing_id(None, None, "男子下车，透气！") == "title:男子下车 透气"


def test_titles_without_letters_are_told_apart() -> None:
    ids = {listing_id(None, None, title) for title in ("...", "???", "")}
    assert len(ids) == 3
    assert all(i.startswith("title:sha256:") for i in ids)


def test_long_titles_are_hashed_after_normalisation() -> None:
    title = "Word " * 200
    assert listing_id(None, None, title) == listing_id(None, None, title.upper() + "!")
    assert listing_id(None, None, title) != listing_id(None, None, title + "more")


@given(st.text())
def test_ids_are_never_empty_nor_too_long(title: str) -> None:
    assert len("title:") < len(listing_id(None, None, title)) <= ID_MAX_CHARS


@given(st.text())
def test_normalising_twice_changes_nothing(title: str) -> None:
    once = normalise_title(title)
    assert normalise_title(once) == once


def test_lone_surrogates_do_not_fail() -> None:
    assert listing_id(None, None, "\ud800" * 1000).startswith("title:sha256:")
