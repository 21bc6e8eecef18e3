"""Opening, decompressing, telling formats apart, standard input, progress."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import zstandard

from trends.clock import ManualClock
from trends.errors import ConfigError
from trends.sources.read import read, total_bytes
from trends.sources.record import SourceRecord

Read = Callable[..., list[SourceRecord]]
LINE = b'{"title":"a","n":%d}\n'
LINES = b"".join(LINE % n for n in range(50_000))
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": lambda data: zstandard.compress(data),
}


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("name", ["feed.jsonl", "feed.ndjson.{}", "feed.{}", "feed"])
def test_compressed_files(suffix: str, name: str, read_bytes: Read) -> None:
    records = read_bytes(name.format(suffix), COMPRESS[suffix](LINES))
    assert [record.fields["n"] for record in records] == list(range(50_000))
    assert records[0].fields["source"] == "feed"


@pytest.mark.parametrize("suffix", COMPRESS)
def test_compressed_csv_and_page(suffix: str, pages: Path, read_bytes: Read) -> None:
    compress = COMPRESS[suffix]
    assert len(read_bytes(f"x.csv.{suffix}", compress(b"title\na\n"))) == 1
    page = (pages / "dated.txt").read_bytes()
    assert len(read_bytes(f"x.txt.{suffix}", compress(page))) == 3


@pytest.mark.parametrize("suffix", COMPRESS)
def test_several_members_are_one_stream(suffix: str, read_bytes: Read) -> None:
    compress = COMPRESS[suffix]
    data = compress(b'{"title":"a"}\n{"tit') + compress(b"") + compress(b'le":"b"}\n') + b"\0" * 512
    assert [record.fields["title"] for record in read_bytes("x", data)] == ["a", "b"]


@pytest.mark.parametrize("suffix", COMPRESS)
def test_records_before_a_cut_are_read(suffix: str, tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / f"x.jsonl.{suffix}"
    data = COMPRESS[suffix](LINES)
    path.write_bytes(data[: len(data) * 2 // 3])
    records: list[SourceRecord] = []
    with pytest.raises(ConfigError, match=rf"x\.jsonl\.{suffix}: .*was cut"):
        records.extend(read([str(path)], clock=clock))
    assert len(records) > 1000
    assert [record.fields.get("n") for record in records[:-1]] == list(range(len(records) - 1))


@pytest.mark.parametrize("suffix", COMPRESS)
def test_damaged_compression(suffix: str, read_bytes: Read) -> None:
    data = bytearray(COMPRESS[suffix](LINES))
    data[len(data) // 2 : len(data) // 2 + 64] = b"\xff" * 64
    with pytest.raises(ConfigError, match="data are damaged"):
        read_bytes("x.jsonl", bytes(data))


def test_not_compressed_whatever_the_name(read_bytes: Read) -> None:
    assert len(read_bytes("x.jsonl.gz", b'{"title":"a"}\n')) == 1


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.json", b'[{"title":"a"}]', "jq -c"),
        ("x.html", b"<!DOCTYPE html><p>", "plain text"),
        ("x.bin", b"\x00\x01\x02", "binary file"),
        ("x.txt", b"Dear diary,\ntoday nothing happened.\n", "unknown format"),
        ("x.txt", b"", "nothing in it"),
        ("x", b" \n", "nothing in it"),
    ],
)
def test_what_nothing_reads_is_refused(
    name: str, data: bytes, message: str, read_bytes: Read
) -> None:
    with pytest.raises(ConfigError, match=message):
        read_bytes(name, data)


def test_paths_are_checked_before_anything_is_read(tmp_path: Path, clock: ManualClock) -> None:
    good = tmp_path / "good.jsonl"
    good.write_bytes(b'{"title":"a"}\n')
    for bad, message in [
        (str(tmp_path / "none.jsonl"), "there is no such file"),
        (str(tmp_path), "is a directory"),
        ("\0", "there is no such file"),
    ]:
        with pytest.raises(ConfigError, match=message):
            read([str(good), bad], clock=clock)
    with pytest.raises(ConfigError, match="no file to read"):
        read([], clock=clock)
    with pytest.raises(ConfigError, match="only once"):
        read(["-", "-"], clock=clock)
    with pytest.raises(ConfigError, match="no field 'txt'"):
        read([str(good)], clock=clock, mapping={"txt": "abstract"})


def test_files_are_read_in_order_with_their_own_source(
    tmp_path: Path, pages: Path, clock: ManualClock
) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b'{"title":"a"}\n')
    paths = [str(feed), str(pages / "dated.txt"), str(feed)]
    sources = [record.fields["source"] for record in read(paths, clock=clock)]
    assert sources == ["feed", *["daily-papers"] * 3, "feed"]


def test_given_source_is_for_records_without_one(read_bytes: Read) -> None:
    data = b'{"title":"a"}\n{"title":"b","source":"own"}\n'
    records = read_bytes("x.jsonl", data, source="mine")
    assert [record.fields["source"] for record in records] == ["mine", "own"]


def test_standard_input_is_json_lines(clock: ManualClock) -> None:
    stdin = io.BytesIO(b'\n{"title":"a"}\nno json\n')
    good, bad = read(["-"], clock=clock, stdin=stdin)
    assert good.fields == {"title": "a", "source": "stdin"}
    assert bad.error is not None
    assert bad.origin == "standard input:3"


def test_standard_input_may_be_compressed_or_a_page(pages: Path, clock: ManualClock) -> None:
    page = (pages / "search.txt").read_bytes()
    for data in (page, gzip.compress(page)):
        stdin = io.BytesIO(data)
        records = list(read(["-"], clock=clock, stdin=stdin, as_of=date(2025, 11, 21)))
        assert [record.fields["source"] for record in records] == ["daily-papers"] * 3


def test_standard_input_is_no_parquet(clock: ManualClock) -> None:
    with pytest.raises(ConfigError, match="name the file"):
        list(read(["-"], clock=clock, stdin=io.BytesIO(b"PAR1....")))


def test_standard_input_may_be_empty(clock: ManualClock) -> None:
    assert list(read(["-"], clock=clock, stdin=io.BytesIO())) == []


def test_a_live_stream_is_read_line_by_line(clock: ManualClock) -> None:
    class Pipe(io.RawIOBase):
        """Gives one line per read, and fails if it is asked for more than was consumed."""

        def __init__(self) -> None:
            self.given = 0
            self.allowed = 1

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            assert self.given < self.allowed, "read ahead of its consumer"
            line = LINE % self.given
            self.given += 1
            buffer[: len(line)] = line
            return len(line)

    pipe = Pipe()
    with io.BufferedReader(pipe) as stdin:
        records = read(["-"], clock=clock, stdin=stdin)
        for n in range(5):
            assert next(records).fields["n"] == n
            pipe.allowed += 1


@pytest.mark.parametrize("suffix", COMPRESS)
def test_progress_counts_bytes_on_disk(suffix: str, tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(COMPRESS[suffix](LINES))
    told: list[int] = []
    assert sum(1 for _ in read([str(path)], clock=clock, progress=told.append)) == 50_000
    assert sum(told) == path.stat().st_size == total_bytes([str(path)])
    assert total_bytes([str(path), "-"]) is None


def test_large_files_are_not_held_in_memory(tmp_path: Path, clock: ManualClock) -> None:
    """Half a megabyte on disk, a quarter of a gigabyte of lines: read as a stream."""
    import tracemalloc

    path = tmp_path / "x.jsonl.zst"
    line = b'{"title":"' + b"x" * 1000 + b'"}\n'
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as writer:
        for _ in range(256):
            writer.write(line * 1000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in read([str(path)], clock=clock))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 256_000
    assert peak_bytes < 128 * 1024 * 1024
