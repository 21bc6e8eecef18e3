from __future__ import annotations

from collections.abc import Callable

import pytest

from trends.errors import ConfigError
from trends.sources.record import SourceRecord

Read = Callable[..., list[SourceRecord]]
HEADER = b"title,abstract,upvotes\n"


def codes(records: list[SourceRecord]) -> list[str | None]:
    return [record.error.code if record.error else None for record in records]


def test_cells_become_what_the_wire_expects(read_bytes: Read) -> None:
    data = (
        "title,abstract,listed_on,upvotes,author_count,authors,tags,note,empty\r\n"
        '"One, ""two""","line\r\nline",2025-01-02, 12 ,3,Ann; Bo ;,a,7,\r\n'
    )
    (record,) = read_bytes("jobs.csv", data.encode())
    assert record.fields == {
        "title": 'One, "two"',
        "text": "line\r\nline",
        "listed_at": "2025-01-02",
        "upvotes": 12,
        "author_count": 3,
        "authors": ["Ann", "Bo"],
        "tags": ["a"],
        "note": "7",
        "source": "jobs",
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.txt", "x"])
def test_delimiters(delimiter: str, name: str, read_bytes: Read) -> None:
    rows = [["title", "abstract", "upvotes"], ["t", "a", "many"]]
    data = "\n".join(delimiter.join(row) for row in rows)
    (record,) = read_bytes(name, b"\xef\xbb\xbf" + data.encode())
    assert record.fields == {"title": "t", "text": "a", "upvotes": "many", "source": "x"}


def test_short_rows_lack_cells_and_blank_rows_are_none(read_bytes: Read) -> None:
    records = read_bytes("x.csv", HEADER + b"a\n\n,,\nb,c\n")
    assert [dict(record.fields) for record in records] == [
        {"title": "a", "source": "x"},
        {"title": "b", "text": "c", "source": "x"},
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [(b"a,b,1,extra", "bad_row"), (b'"a"b,c,1', "bad_row"), (b"caf\xe9,b,1", "bad_utf8")],
)
def test_a_bad_row_is_an_error_and_reading_goes_on(row: bytes, code: str, read_bytes: Read) -> None:
    records = read_bytes("x.csv", HEADER + b"a,b,1\n" + row + b"\nc,d,2\n")
    assert codes(records) == [None, code, None]
    assert records[1].raw == row
    assert records[1].origin.endswith("x.csv:3")
    assert records[2].origin.endswith("x.csv:4")


@pytest.mark.parametrize("filler", [b"", b"x" * 200_000], ids=["at-the-end", "over-the-limit"])
def test_a_quote_that_is_never_closed_costs_one_row(filler: bytes, read_bytes: Read) -> None:
    data = HEADER + b'"a,b,1\nc,d,2\ne,' + filler + b"f,3\n"
    records = read_bytes("x.csv", data)
    assert codes(records)[:2] == ["bad_row", None]
    assert records[0].raw == b'"a,b,1'
    assert records[1].fields["title"] == "c"
    assert records[1].origin.endswith("x.csv:3")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"title,title\na,b\n", "more than one column is called 'title'"),
        (b"t\xe9tle,text\na,b\n", "not UTF-8"),
        (b'"title,text\n', "no row of column names"),
    ],
)
def test_a_bad_header_is_refused(data: bytes, message: str, read_bytes: Read) -> None:
    with pytest.raises(ConfigError, match=rf"x\.csv: .*{message}"):
        read_bytes("x.csv", data)


def test_a_mapped_column_that_is_not_there(read_bytes: Read) -> None:
    with pytest.raises(ConfigError, match=r"'headline'.*title, abstract, upvotes"):
        read_bytes("x.csv", HEADER, mapping={"title": "headline"})


def test_nameless_columns_get_a_name(read_bytes: Read) -> None:
    (record,) = read_bytes("x.csv", b",title\n0,a\n")
    assert record.fields == {"column_1": "0", "title": "a", "source": "x"}


def test_empty_file(read_bytes: Read) -> None:
    assert read_bytes("x.csv", b"") == []
