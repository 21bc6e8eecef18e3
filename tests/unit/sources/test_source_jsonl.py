from __future__ import annotations

from collections.abc import Callable

import pytest

from trends.errors import ConfigError
from trends.sources import hold, lines
from trends.sources.record import SourceRecord
from trends.sources.rejects import RAW_MAX_BYTES

Read = Callable[..., list[SourceRecord]]


def test_records_have_origin_and_source(read_bytes: Read) -> None:
    first, second = read_bytes("v1.2.feed.jsonl", b'{"title":"a"}\n\n{"title":"b","source":"own"}')
    assert first.fields == {"title": "a", "source": "v1.2.feed"}
    assert second.fields == {"title": "b", "source": "own"}
    assert second.origin.endswith("v1.2.feed.jsonl:3")


@pytest.mark.parametrize("name", ["x.jsonl", "x.ndjson", "x.json", "x.log", "x"])
def test_json_lines_are_recognised(name: str, read_bytes: Read) -> None:
    (record,) = read_bytes(name, b'\xef\xbb\xbf{"title":"a"}\r\n')
    assert record.fields["title"] == "a"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"title":', "not_json"),
        (b'{"title": NaN}', "not_json"),
        (b'{"title": "\\ud800"}', "not_json"),
        (b"{'title': 1}", "not_json"),
        (b"[1, 2]", "not_object"),
        (b'"title"', "not_object"),
        (b"null", "not_object"),
        (b"1", "not_object"),
        (b'{"title": "\xe9"}', "bad_utf8"),
        (b"\xff\xfe{", "bad_utf8"),
    ],
)
def test_a_bad_line_is_an_error_and_reading_goes_on(
    line: bytes, code: str, read_bytes: Read
) -> None:
    good = b'{"title":"a"}\n'
    records = read_bytes("x.jsonl", good + line + b"\n" + good)
    assert [record.error and record.error.code for record in records] == [None, code, None]
    assert records[1].raw == line
    assert records[1].fields == {}
    assert "x.jsonl:2" in str(records[1].error)


def test_raw_bytes_are_cut(read_bytes: Read) -> None:
    (record,) = read_bytes("x.jsonl", b"x" * (RAW_MAX_BYTES + 1))
    assert len(record.raw) == RAW_MAX_BYTES


def test_an_endless_line_is_an_error(read_bytes: Read) -> None:
    endless = b'{"title":"' + b"x" * lines.LINE_MAX_BYTES + b'"}'
    records = read_bytes("x.jsonl", endless + b'\n{"title":"a"}\n')
    assert records[0].error is not None
    assert "longer than" in str(records[0].error)
    assert records[1].fields["title"] == "a"


def test_empty_file(read_bytes: Read) -> None:
    assert read_bytes("x.jsonl", b"") == []


def test_split_lines_wherever_the_chunks_are_cut() -> None:
    data = b"one\ntwo\n\nthree"
    for size in range(1, len(data) + 1):
        chunks = [data[i : i + size] for i in range(0, len(data), size)]
        assert list(lines.split_lines(chunks)) == [b"one", b"two", b"", b"three"]


def test_a_mistyped_field_is_refused_before_any_record(read_bytes: Read) -> None:
    with pytest.raises(ConfigError, match=r"'abstrct'.*title, abstract"):
        read_bytes("x.jsonl", b'{"title":"t","abstract":"a"}\n', mapping={"text": "abstrct"})


def test_a_rare_field_is_met_late(read_bytes: Read) -> None:
    common = b'{"title":"t"}\n' * (hold.HOLD_MAX_RECORDS * 2)
    records = read_bytes("x.jsonl", common + b'{"title":"t","n":1}', mapping={"upvotes": "n"})
    assert len(records) == hold.HOLD_MAX_RECORDS * 2 + 1
    assert records[-1].fields["upvotes"] == 1
