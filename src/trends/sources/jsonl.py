"""JSON lines (NDJSON): one object per line.

Comes in: chunks of bytes. Goes out: a record per line that is not blank. Never does: stop at a
line that cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from trends.sources.lines import LINE_MAX_BYTES, split_lines, without_bom
from trends.sources.mapping import FieldMap
from trends.sources.record import SourceRecord
from trends.sources.rejects import reject


def read_jsonl(chunks: Iterable[bytes], name: str, fields: FieldMap) -> Iterator[SourceRecord]:
    """The records of a stream of JSON lines.

    Args:
        chunks: the stream, decompressed.
        name: of the file, for origins.
        fields: how its fields are called on the wire.

    Yields:
        One record per line, as soon as the line has been read; an error where it is no object.
    """
    # Every listing of a large file passes through this loop: names are bound once.
    loads, apply = orjson.loads, fields.apply
    for number, line in enumerate(split_lines(without_bom(chunks)), start=1):
        try:
            value = loads(line)
        except orjson.JSONDecodeError as error:
            if line.strip():
                yield _unreadable(line, error, f"{name}:{number}")
            continue
        if type(value) is dict:
            yield SourceRecord(f"{name}:{number}", apply(value))
        else:
            yield reject(
                "not_object",
                f"the line holds {_kind(value)}, not a JSON object",
                origin=f"{name}:{number}",
                raw=line,
            )


def _unreadable(line: bytes, error: orjson.JSONDecodeError, origin: str) -> SourceRecord:
    if len(line) > LINE_MAX_BYTES:
        message = f"the line is longer than {LINE_MAX_BYTES:,} bytes"
        return reject("not_json", message, origin=origin, raw=line)
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as bad:
        message = f"the line is not UTF-8: byte {line[bad.start]:#04x} at {bad.start}"
        remedy = "convert the file, e.g. with iconv -t UTF-8"
        return reject("bad_utf8", message, origin=origin, raw=line, remedy=remedy)
    return reject("not_json", f"the line is not JSON: {error}", origin=origin, raw=line)


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
