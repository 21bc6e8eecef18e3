"""The three forms of saved pages, and what happens to them on the way to a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from trends.errors import ConfigError
from trends.sources.record import SourceRecord

ReadPage = Callable[..., list[SourceRecord]]

HEADER = "new\n\nDaily Papers\n\nbyAK and the research community\n\nOct 31\n\n"
LONG = "We study how long a text must be to be taken for an abstract, and find that this one is. "
ABSTRACT = LONG * 2 + "It ends."


def titles(records: list[SourceRecord]) -> list[object]:
    return [record.fields.get("title") for record in records]


def read_file(pages: Path, name: str, read_page_text: ReadPage) -> list[SourceRecord]:
    return read_page_text((pages / name).read_text(encoding="utf-8"))


def test_page_with_a_date(pages: Path, read_page_text: ReadPage) -> None:
    records = read_file(pages, "dated.txt", read_page_text)
    assert titles(records) == [
        "Lantern: Slow Readers for Fast Books",
        "Is a Garden a Graph? Counting Hedges with Random Walks",
        "tinyKettle: Boiling Less Water",
    ]
    assert {record.fields["listed_at"] for record in records} == {"2025-08-05"}
    assert {record.fields["source"] for record in records} == {"daily-papers"}
    assert str(records[1].fields["text"]).startswith("Gardens have been")
    assert "walks.\n\nThe method needs no map." in str(records[1].fields["text"])
    assert records[0].origin.endswith("page.txt:13")


def test_search_page(pages: Path, read_page_text: ReadPage) -> None:
    records = read_file(pages, "search.txt", read_page_text)
    assert titles(records) == [
        "On Borrowed Umbrellas and the Limits of Weather Forecasts",
        "Sparse Bells",
        "Half a Bridge Is Not a Bridge: Partial Credit Considered Harmful",
    ]
    assert {record.fields["listed_at"] for record in records} == {"2025-11-21"}
    assert str(records[2].fields["text"]).endswith("what can be crossed.")


def test_page_with_bylines(pages: Path, read_page_text: ReadPage) -> None:
    records = read_file(pages, "bylines.txt", read_page_text)
    common = {"title", "text", "listed_at", "source"}
    found = [{k: v for k, v in r.fields.items() if k not in common} for r in records]
    assert found == [
        {"author_count": 9, "published_at": "2025-03-24", "upvotes": 4},
        {"author_count": 1, "published_at": "2024-11-04"},
        {
            "organization": "The Lantern Laboratory",
            "organization_handle": "lantern-lab",
            "published_at": "2025-10-15",
            "upvotes": 2,
        },
        {},
        {
            "organization": "harbour",
            "organization_handle": "harbour",
            "published_at": "2017-12-23",
        },
    ]
    assert titles(records)[3:] == ["Maps Without North", "What the Postman Knows"]


@pytest.mark.parametrize("name", ["dated.txt", "search.txt", "bylines.txt"])
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: "\n\n  \n" + text + "\n \n",
        lambda text: text.rstrip(),
        lambda text: text.replace("\n", "  \n"),
    ],
    ids=["crlf", "bom", "nbsp", "blank-around", "no-last-line-end", "trailing-blanks"],
)
def test_saving_changes_nothing(
    name: str, change: Callable[[str], str], pages: Path, read_page_text: ReadPage
) -> None:
    text = (pages / name).read_text(encoding="utf-8")
    expected = [record.fields for record in read_page_text(text)]
    assert [record.fields for record in read_page_text(change(text))] == expected


@pytest.mark.parametrize("name", ["page.txt", "page.html", "page", "page.md"])
def test_the_content_tells_a_page(name: str, pages: Path, read_bytes: ReadPage) -> None:
    records = read_bytes(name, (pages / "dated.txt").read_bytes())
    assert len(records) == 3


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2025, 10, 31), "2025-10-31"),
        (date(2025, 10, 30), "2024-10-31"),
        (None, "2025-10-31"),  # the clock stands at 21 November 2025
    ],
)
def test_page_date_without_year(
    as_of: date | None, expected: str, read_page_text: ReadPage
) -> None:
    (record,) = read_page_text(f"{HEADER}A Title\n\n{ABSTRACT}\n", as_of=as_of)
    assert record.fields["listed_at"] == expected


def test_page_of_29_february(read_page_text: ReadPage) -> None:
    text = HEADER.replace("Oct 31", "Feb 29") + f"A Title\n\n{ABSTRACT}\n\n• 2 authors\n·\nFeb 29\n"
    (record,) = read_page_text(text)
    assert record.fields["listed_at"] == "2024-02-29"
    assert record.fields["published_at"] == "2024-02-29"


@pytest.mark.parametrize(
    ("written", "published_at", "byline"),
    [
        ("Oct 31", "2025-10-31", None),
        ("Nov 1", "2024-11-01", None),  # not after the page's own date
        ("Nov 1, 2025", "2025-11-01", None),  # a written year is a fact
        ("Nov 22, 2025", None, "• 3 authors · Nov 22, 2025"),  # but nothing is after --as-of
        ("Feb 30 2", None, "• 3 authors · Feb 30 2"),
        ("3 days ago", None, "• 3 authors · 3 days ago"),
    ],
)
def test_byline_dates(
    written: str, published_at: str | None, byline: str | None, read_page_text: ReadPage
) -> None:
    text = f"{HEADER}A Title\n\n{ABSTRACT}\n\n  • 3 authors\n·\n{written}\n\nB Title\n\n{ABSTRACT}"
    first, second = read_page_text(text)
    assert first.fields.get("published_at") == published_at
    assert first.fields.get("byline") == byline
    assert first.fields["author_count"] == 3
    assert second.fields["title"] == "B Title"


@pytest.mark.parametrize(
    "byline",
    [
        "• 9 authors\n·\nMar 24 4",
        "  • 9 authors\n\n·\n\nMar 24 4",
        "• 9 authors · Mar 24 4",
        "9 authors\n· Mar 24 4",
    ],
)
def test_byline_spellings(byline: str, read_page_text: ReadPage) -> None:
    text = f"{HEADER}A Title\n\n{ABSTRACT}\n\n{byline}\n\nB Title\n\n{ABSTRACT}\n"
    first, second = read_page_text(text)
    assert first.fields["author_count"] == 9
    assert (first.fields["published_at"], first.fields["upvotes"]) == ("2025-03-24", 4)
    assert second.fields["title"] == "B Title"


@pytest.mark.parametrize(
    ("head", "handle", "name", "count"),
    [
        ("facebook AI at Meta", "facebook", "AI at Meta", None),
        ("facebook\nAI at Meta", "facebook", "AI at Meta", None),
        ("nvidia", "nvidia", "nvidia", None),
        ("某某大学 Lab", None, "某某大学 Lab", None),
        ("harbour Harbour Lab • 12 authors", "harbour", "Harbour Lab", 12),
    ],
)
def test_organisations(
    head: str, handle: str | None, name: str, count: int | None, read_page_text: ReadPage
) -> None:
    (record,) = read_page_text(f"{HEADER}A Title\n\n{ABSTRACT}\n\n{head}\n·\nOct 15 2\n")
    assert record.fields.get("organization_handle") == handle
    assert record.fields["organization"] == name
    assert record.fields.get("author_count") == count
    assert record.fields["text"] == ABSTRACT


@pytest.mark.parametrize(
    "paragraph",
    [
        "Nov 4, 2024",
        "• 3 of the authors are cooks",
        "The Main Result:",
        "(i) it is short",
        "Code is at https://example.org/code.",
        "This sentence is a paragraph of its own, as a few are in longer abstracts of this kind.",
    ],
)
@pytest.mark.parametrize("separator", ["\n\n", "\n"])
def test_paragraphs_that_are_no_titles(
    paragraph: str, separator: str, read_page_text: ReadPage
) -> None:
    text = separator.join([ABSTRACT, paragraph, ABSTRACT])
    page = f"{HEADER}A Title\n\n{text}\n\n• 3 authors\n·\nMar 24\n\nB Title\n\n{text}\n\nC Title"
    records = read_page_text(page)
    assert titles(records) == ["A Title", "B Title", "C Title"]
    assert records[0].fields["text"] == records[1].fields["text"] == text


def test_a_line_like_a_title_inside_a_block_is_text(read_page_text: ReadPage) -> None:
    text = f"{ABSTRACT}\nA Line Like a Title\n{ABSTRACT}"
    records = read_page_text(f"{HEADER}A Title\n\n{text}\n\nB Title\n\n{ABSTRACT}\n")
    assert titles(records) == ["A Title", "B Title"]
    assert records[0].fields["text"] == text


def test_short_abstracts(read_page_text: ReadPage) -> None:
    page = HEADER + "".join(f"Title {n}\n\nWe study {n} things.\n\n" for n in range(9))
    records = read_page_text(page)
    assert titles(records) == [f"Title {n}" for n in range(9)]
    assert records[4].fields["text"] == "We study 4 things."


def test_single_listing_of_a_search_page(read_page_text: ReadPage) -> None:
    page = f"Get trending papers in your email inbox!\nSubscribeOnly One\n{ABSTRACT}"
    (record,) = read_page_text(page)
    assert (record.fields["title"], record.fields["text"]) == ("Only One", ABSTRACT)


def test_search_page_with_a_stray_blank_line_and_paragraphs(read_page_text: ReadPage) -> None:
    rest = "".join(f"Title {n}\n{ABSTRACT}\n" for n in range(40))
    page = (
        f"Get trending papers in your email inbox!\nSubscribeOne\n\n{ABSTRACT}\n{ABSTRACT}\n{rest}"
    )
    records = read_page_text(page)
    assert titles(records) == ["One", *(f"Title {n}" for n in range(40))]
    assert records[0].fields["text"] == f"{ABSTRACT}\n{ABSTRACT}"


def test_search_page_with_bylines(read_page_text: ReadPage) -> None:
    body = f"One\n{ABSTRACT}\n• 9 authors\n·\nMar 24 4\nTwo\n{ABSTRACT}\nlab The Lab\n·\nMay 1\n"
    page = f"Get trending papers in your email inbox!\nSubscribe{body}Three\n{ABSTRACT}\n"
    records = read_page_text(page)
    assert titles(records) == ["One", "Two", "Three"]
    assert [r.fields.get("published_at") for r in records] == ["2025-03-24", "2025-05-01", None]
    assert [r.fields["text"] for r in records] == [ABSTRACT] * 3


@pytest.mark.parametrize("title", ["Subscribers Leave", "New", "May 5 Ways Lead Home", "7"])
def test_titles_that_resemble_other_lines(title: str, read_page_text: ReadPage) -> None:
    records = read_page_text(f"{HEADER}{title}\n\n{ABSTRACT}\n\nB Title\n\n{ABSTRACT}\n")
    assert titles(records) == [title, "B Title"]


def test_the_menu_below_the_listings_is_no_listing(read_page_text: ReadPage) -> None:
    records = read_page_text(f"{HEADER}A Title\n\n{ABSTRACT}\n\nPrevious\n\nNext\n")
    assert titles(records) == ["A Title"]


def test_a_page_without_a_date_needs_as_of(pages: Path, read_page_text: ReadPage) -> None:
    text = (pages / "search.txt").read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match=r"page\.txt: the page shows no date.*--as-of"):
        read_page_text(text, as_of=None)


def test_a_page_dated_after_as_of_is_refused(read_page_text: ReadPage) -> None:
    page = HEADER.replace("Oct 31", "Oct 31, 2026") + f"A Title\n\n{ABSTRACT}\n"
    with pytest.raises(ConfigError, match=r"page\.txt: the page's own date lies after 2025-11-21"):
        read_page_text(page)


def test_a_page_without_listings_is_refused(read_page_text: ReadPage) -> None:
    with pytest.raises(ConfigError, match=r"page\.txt: no listing was found"):
        read_page_text(HEADER)


def test_source_can_be_given(read_page_text: ReadPage) -> None:
    (record,) = read_page_text(f"{HEADER}A Title\n\n{ABSTRACT}\n", source="mine")
    assert record.fields["source"] == "mine"
