"""Chunks of bytes to lines of bytes.

Comes in: chunks, cut anywhere. Goes out: lines without their line feed, numbered by the caller.
Never does: decode, or hold more than one line of bounded length beside the chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

UTF8_BOM = b"\xef\xbb\xbf"

LINE_MAX_BYTES = 16 * 1024 * 1024
"""A longer line is no listing. It is cut to one byte more than this, so that readers can tell."""


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a stream, each as soon as its line feed has been read.

    Args:
        chunks: the stream, cut anywhere.

    Yields:
        Every line without ``\\n`` (a ``\\r`` before it stays); the last one also if it has none.
    """
    pending: list[bytes] = []
    pending_bytes = 0
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        if pending_bytes <= LINE_MAX_BYTES:
            pending.append(first)
            pending_bytes += len(first)
        if not rest:
            continue
        last = rest.pop()
        yield b"".join(pending)[: LINE_MAX_BYTES + 1]
        yield from rest
        pending, pending_bytes = [last], len(last)
    if pending_bytes:
        yield b"".join(pending)[: LINE_MAX_BYTES + 1]


def without_bom(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The stream without the byte order mark that some editors put before UTF-8."""
    remaining = iter(chunks)
    head = b""
    for chunk in remaining:
        head += chunk
        if len(head) >= len(UTF8_BOM):
            break
    head = head.removeprefix(UTF8_BOM)
    if head:
        yield head
    yield from remaining
