"""Any listings, rendered in any of the three layouts, are read back as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from trends.clock import ManualClock
from trends.sources.page import read_page

AS_OF = date(2025, 11, 21)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
WORDS = st.sampled_from(
    "lantern garden ovens slow readers kettle bridge bells maps postman ladder quiet machines "
    "of the for with under GPT-5 3D ε ℓ_p 学习 naïve vs. state-of-the-art $k$-NN".split()
)


@dataclass(frozen=True)
class Paper:
    title: str
    paragraphs: tuple[str, ...]
    authors: int | None
    organization: tuple[str, str] | None
    published: date
    with_year: bool
    upvotes: int | None

    @property
    def has_byline(self) -> bool:
        return self.authors is not None or self.organization is not None


@st.composite
def titles(draw: st.DrawFn) -> str:
    words = draw(st.lists(WORDS, min_size=1, max_size=12))
    text = " ".join(words).rstrip(".")
    return text[0].upper() + text[1:] + draw(st.sampled_from(["", "", "", "?", "!"]))


@st.composite
def paragraphs(draw: st.DrawFn) -> str:
    lengths = draw(st.lists(st.integers(8, 20), min_size=3, max_size=6))
    sentences = [
        "We " + " ".join(draw(st.lists(WORDS, min_size=n, max_size=n))).rstrip(".") + "."
        for n in lengths
    ]
    return " ".join(sentences)


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    published = draw(st.dates(date(2012, 1, 1), date(2025, 8, 5)))
    kind = draw(st.sampled_from(["authors", "authors", "organization", "none"]))
    recent = published > date(2024, 8, 5)
    return Paper(
        title=draw(titles()),
        paragraphs=tuple(draw(st.lists(paragraphs(), min_size=1, max_size=3))),
        authors=draw(st.integers(1, 4000)) if kind == "authors" else None,
        organization=("lab-9", draw(st.sampled_from(["Lab Nine", "九号", "L"])))
        if kind == "organization"
        else None,
        published=published,
        with_year=not recent or draw(st.booleans()),
        upvotes=draw(st.none() | st.integers(0, 3000)),
    )


PAPERS = st.lists(papers(), min_size=1, max_size=8)


def header() -> str:
    lines = ["new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers"]
    return "\n\n".join([*lines, "byAK and the research community", "Aug 5", ""])


def byline(paper: Paper) -> str:
    head = f"  • {paper.authors} authors"
    if paper.organization is not None:
        head = " ".join(paper.organization)
    day = f"{MONTHS[paper.published.month - 1]} {paper.published.day}"
    year = f", {paper.published.year}" if paper.with_year else ""
    upvotes = "" if paper.upvotes is None else f" {paper.upvotes}"
    return f"{head}\n·\n{day}{year}{upvotes}\n\n"


def parse(text: str) -> list[dict[str, object]]:
    clock = ManualClock(datetime(2025, 11, 21, tzinfo=UTC))
    records = list(read_page([text.encode()], "p", as_of=AS_OF, clock=clock, source="s"))
    assert [record.error for record in records] == [None] * len(records)
    return [dict(record.fields) for record in records]


@given(PAPERS)
def test_page_with_a_date(listed: list[Paper]) -> None:
    body = "".join(f"{p.title}\n\n" + "\n\n".join(p.paragraphs) + "\n\n" for p in listed)
    assert parse(header() + body) == [
        {
            "title": p.title,
            "text": "\n\n".join(p.paragraphs),
            "listed_at": "2025-08-05",
            "source": "s",
        }
        for p in listed
    ]


@given(PAPERS)
def test_search_page(listed: list[Paper]) -> None:
    body = "".join(f"{p.title}\n" + "\n".join(p.paragraphs) + "\n" for p in listed)
    text = f"Get trending papers in your email inbox!\nSubscribe{body}" + " " * 50 + "\n" * 5
    assert parse(text) == [
        {
            "title": p.title,
            "text": "\n".join(p.paragraphs),
            "listed_at": "2025-11-21",
            "source": "s",
        }
        for p in listed
    ]


@given(PAPERS)
def test_page_with_bylines(listed: list[Paper]) -> None:
    body = "".join(
        f"{p.title}\n\n" + "\n\n".join(p.paragraphs) + "\n\n" + (byline(p) if p.has_byline else "")
        for p in listed
    )
    expected: list[dict[str, object]] = []
    for p in listed:
        fields: dict[str, object] = {"title": p.title, "text": "\n\n".join(p.paragraphs)}
        fields |= {"listed_at": "2025-08-05", "source": "s"}
        if p.has_byline:
            fields["published_at"] = p.published.isoformat()
            if p.upvotes is not None:
                fields["upvotes"] = p.upvotes
        if p.authors is not None:
            fields["author_count"] = p.authors
        if p.organization is not None:
            fields["organization_handle"], fields["organization"] = p.organization
        expected.append(fields)
    assert parse(header() + body) == expected
