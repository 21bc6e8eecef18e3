"""Pages that were cut or damaged: nothing is invented, and nothing is dropped silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from trends.errors import ConfigError
from trends.sources.record import SourceRecord

ReadPage = Callable[..., list[SourceRecord]]

HEADER = "new\n\nDaily Papers\n\nbyAK and the research community\n\nOct 31\n\n"
ABSTRACT = (
    "We study how long a text must be to be taken for an abstract, and see. " * 3 + "It ends."
)
FIRST = f"{HEADER}A Title\n\n{ABSTRACT}\n\n  • 9 authors\n·\nMar 24 4\n\n"


def codes(records: list[SourceRecord]) -> list[str]:
    return [record.error.code for record in records if record.error is not None]


def test_cut_behind_a_title(read_page_text: ReadPage) -> None:
    records = read_page_text(f"{FIRST}The Last Title Has No Abs")
    assert [record.fields["title"] for record in records] == [
        "A Title",
        "The Last Title Has No Abs",
    ]
    assert "text" not in records[1].fields


def test_cut_within_an_abstract(read_page_text: ReadPage) -> None:
    records = read_page_text(f"{FIRST}B Title\n\n{ABSTRACT[:90]}")
    assert records[1].fields["text"] == ABSTRACT[:90].strip()


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("  •", {"byline": "•"}),
        ("  • 1", {"byline": "• 1"}),  # of 1, or of 13
        ("  • 13 aut", {"author_count": 13, "byline": "• 13 aut"}),
        ("  • 13 authors", {"author_count": 13}),
        ("  • 13 authors\n·", {"author_count": 13}),
        ("  • 13 authors\n·\nNo", {"author_count": 13, "byline": "• 13 authors · No"}),
        ("  • 13 authors\n·\nNov 4,", {"author_count": 13, "byline": "• 13 authors · Nov 4,"}),
        (
            "  • 13 authors\n·\nNov 4, 20",
            {"author_count": 13, "byline": "• 13 authors · Nov 4, 20"},
        ),
        ("lab The Lab\n·", {"organization": "The Lab", "organization_handle": "lab"}),
        (
            "lab The Lab\n·\nNov 4, 20",
            {
                "organization": "The Lab",
                "organization_handle": "lab",
                "byline": "lab The Lab · Nov 4, 20",
            },
        ),
    ],
)
def test_cut_within_a_byline(
    tail: str, expected: dict[str, object], read_page_text: ReadPage
) -> None:
    *_, last = read_page_text(f"{FIRST}B Title\n\n{ABSTRACT}\n\n{tail}")
    common = {"title", "text", "listed_at", "source"}
    assert {k: v for k, v in last.fields.items() if k not in common} == expected
    assert last.fields["text"] == ABSTRACT


@pytest.mark.parametrize("name", ["dated.txt", "search.txt", "bylines.txt"])
def test_cut_anywhere(name: str, pages: Path, read_bytes: ReadPage) -> None:
    """Every listing but the last two is as on the whole page; no cut raises a foreign error."""
    data = (pages / name).read_bytes().rstrip()
    whole = read_bytes("whole.txt", data, as_of=date(2025, 11, 21))
    start = data.index(str(whole[0].fields["title"]).encode())
    for size in range(start + 1, len(data), 7):
        records = read_bytes("cut.txt", data[:size], as_of=date(2025, 11, 21))
        assert not codes(records)
        sure = max(0, len(records) - 2)
        assert [r.fields for r in records[:sure]] == [r.fields for r in whole[:sure]]


def test_a_character_cut_at_the_end_is_no_error(read_bytes: ReadPage) -> None:
    data = f"{FIRST}B Title\n\n{ABSTRACT} Ende €".encode()[:-1]
    records = read_bytes("page.txt", data)
    assert str(records[1].fields["text"]).endswith("Ende")
    assert not codes(records)


def test_a_listing_that_is_not_utf8_is_an_error_and_the_others_are_read(
    read_bytes: ReadPage,
) -> None:
    data = f"{FIRST}B Title\n\n@ {ABSTRACT}\n\nC Title\n\n{ABSTRACT}\n".encode()
    records = read_bytes("page.txt", data.replace(b"@", b"\xe9"))
    assert [record.fields.get("title") for record in records] == ["A Title", None, "C Title"]
    assert codes(records) == ["bad_utf8"]
    assert records[1].raw.startswith(b"B Title\n\xe9 We study")


@pytest.mark.parametrize(
    ("page", "stray"),
    [
        (f"{FIRST}{ABSTRACT}\n\nB Title\n\n{ABSTRACT}\n", ABSTRACT),
        (f"{FIRST}Nov 4, 2024\n", "Nov 4, 2024"),
        (FIRST.replace("Oct 31", "12 new since you last looked\n\nOct 31"), "12 new since"),
        (f"{FIRST}• 2 authors\n·\nMar 3\n", "• 2 authors\n·\nMar 3"),
    ],
    ids=["text-without-title", "date-at-the-end", "unknown-header", "second-byline"],
)
def test_text_of_no_listing_is_reported(page: str, stray: str, read_page_text: ReadPage) -> None:
    records = read_page_text(page)
    (error,) = [record for record in records if record.error is not None]
    assert codes(records) == ["unreadable_text"]
    assert error.raw.decode().startswith(stray)
    assert error.fields == {}
    good = [record.fields["title"] for record in records if record.error is None]
    assert good[0] == "A Title"


def test_a_page_of_nothing_but_stray_text_reports_it_and_is_refused(
    read_page_text: ReadPage,
) -> None:
    with pytest.raises(ConfigError, match="no listing was found"):
        read_page_text(f"{HEADER}Nov 4, 2024\n")
