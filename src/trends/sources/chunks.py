"""Bytes of a file or of standard input, decompressed, in pieces.

Comes in: a path or a binary stream. Goes out: chunks of plain bytes, as soon as they can be read.
Never does: hold more than a chunk, or guess the compression from a name (the first bytes tell).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import zstandard

from trends.errors import ConfigError

CHUNK_BYTES = 256 * 1024
# What a decompressor gets at once. Zstandard can make 32 KiB of a byte, and cannot be told to stop:
# a chunk could become gigabytes.
_SLICE_BYTES = 2048
STDIN_NAME = "-"
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

Progress = Callable[[int], None]
"""Called with the number of (compressed) bytes read since the last call."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def open_path(path: str) -> io.BufferedReader:
    """Open ``path`` for reading.

    Raises:
        ConfigError: there is no such file, it is a directory, or it may not be read.
    """
    check_path(path)
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error


def check_path(path: str) -> None:
    """Refuse what cannot be opened, before anything else is read.

    Raises:
        ConfigError: there is no such file, or it is a directory.
    """
    try:
        if Path(path).is_dir():
            raise ConfigError(f"{path}: is a directory; name the files in it, e.g. {path}/*")
        if not Path(path).exists():
            raise ConfigError(f"{path}: there is no such file")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def read_chunks(stream: BinaryIO, name: str, progress: Progress | None) -> Iterator[bytes]:
    """Plain bytes of ``stream``, decompressed if they are gzip or Zstandard.

    Args:
        stream: anything that reads bytes; a live one is not waited for to fill a chunk.
        name: for errors.
        progress: told of every read.

    Yields:
        Non-empty chunks. All that stands before a damage or a cut is yielded before the error.

    Raises:
        ConfigError: the compressed data are damaged or cut short.
    """
    head, chunks = peek(
        _raw_chunks(stream, name, progress), lambda head: len(head) >= len(ZSTD_MAGIC)
    )
    if head.startswith(GZIP_MAGIC):
        return _decompress(chunks, name, "gzip", lambda: zlib.decompressobj(wbits=31))
    if head.startswith(ZSTD_MAGIC):
        return _decompress(chunks, name, "Zstandard", _zstandard)
    return chunks


def peek(
    chunks: Iterator[bytes], is_enough: Callable[[bytes], bool]
) -> tuple[bytes, Iterator[bytes]]:
    """Look at the begin of a stream that cannot be rewound.

    Args:
        chunks: the stream.
        is_enough: whether what has been read so far will do; nothing more is waited for then.

    Returns:
        What has been read, and the whole stream again. An error met on the way is raised when
        that stream comes to it, behind all that could be read.
    """
    pieces: list[bytes] = []
    head = b""
    try:
        while not is_enough(head):
            pieces.append(next(chunks))
            head = b"".join(pieces)
    except StopIteration:
        pass
    except ConfigError as error:
        return head, _then_raise(pieces, error)
    return head, chain(pieces, chunks)


def _then_raise(pieces: list[bytes], error: ConfigError) -> Iterator[bytes]:
    yield from pieces
    raise error


def _zstandard() -> _Decompressor:
    return cast("_Decompressor", zstandard.ZstdDecompressor().decompressobj())


def _raw_chunks(stream: BinaryIO, name: str, progress: Progress | None) -> Iterator[bytes]:
    # read1 returns what is there: a pipe's lines must not wait for a full chunk.
    read = stream.read1 if isinstance(stream, io.BufferedIOBase) else stream.read
    while True:
        try:
            chunk = read(CHUNK_BYTES)
        except OSError as error:
            raise ConfigError(f"{name}: cannot be read: {error.strerror or error}") from error
        if not chunk:
            return
        if progress is not None:
            progress(len(chunk))
        yield chunk


def _slices(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _SLICE_BYTES):
            yield chunk[start : start + _SLICE_BYTES]


def _decompress(
    chunks: Iterator[bytes], name: str, kind: str, new: Callable[[], _Decompressor]
) -> Iterator[bytes]:
    decompressor = new()
    fed = False  # whether the current member has begun
    for compressed in _slices(chunks):
        data = compressed
        while data:
            if not fed and not data.strip(b"\0"):
                break  # padding after the last member, as tape and block tools leave it
            fed = True
            with _translated(name, kind):
                plain = decompressor.decompress(data)
            if plain:
                yield plain
            data = decompressor.unused_data if decompressor.eof else b""
            if decompressor.eof:
                decompressor, fed = new(), False
    if fed:
        raise ConfigError(
            f"{name}: the {kind} data end too early: the file was cut; "
            "what stood before the cut has been read; copy the file again"
        )


@contextmanager
def _translated(name: str, kind: str) -> Iterator[None]:
    try:
        yield
    except (zlib.error, zstandard.ZstdError) as error:
        raise ConfigError(
            f"{name}: the {kind} data are damaged: {error}; copy or compress the file again"
        ) from error
