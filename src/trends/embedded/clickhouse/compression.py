"""HTTP content codings: request bodies in, response bodies out, in pieces.

In: the name of a coding and pieces of bytes. Out: decoded or encoded pieces.
Never accepts a body that ends before its coding does: half an insert must not look whole.
"""

from __future__ import annotations

import zlib
from typing import Protocol

import lz4.frame  # type: ignore[import-untyped]
import zstandard

from trends.embedded.clickhouse.errors import Code, QueryError

# In the order in which the real server picks one.
RESPONSE_CODINGS = ("lz4", "gzip", "deflate", "zstd")
_ZLIB_LEVEL = 3
_GZIP_WBITS = 16 + zlib.MAX_WBITS
# Accepts zlib and, for senders that mean the other "deflate", is tried again without a header.
_DEFLATE_WBITS = zlib.MAX_WBITS


class Decoder(Protocol):
    """Undoes a coding piece by piece."""

    def decode(self, data: bytes) -> bytes:
        """The bytes that became readable."""
        ...

    def finish(self) -> None:
        """Raise unless the coding came to its end."""
        ...


class Encoder(Protocol):
    """Applies a coding piece by piece."""

    def encode(self, data: bytes | memoryview) -> bytes: ...

    def finish(self) -> bytes: ...


def decoder(coding: str) -> Decoder:
    """The decoder for a request's ``Content-Encoding``.

    Raises:
        QueryError: the coding is unknown here.
    """
    name = coding.strip().lower()
    if name in ("", "identity"):
        return _Identity()
    if name in ("gzip", "x-gzip", "deflate", "zstd", "lz4"):
        return _Frames(name.removeprefix("x-"))
    raise QueryError.of(
        Code.NOT_IMPLEMENTED,
        f"Content-Encoding '{coding}' is not supported; use gzip, deflate, lz4 or zstd",
    )


def choose_response_coding(accept_encoding: str) -> str | None:
    """The coding for a response, or ``None`` for plain bytes."""
    accepted = set()
    for part in accept_encoding.lower().split(","):
        name, _, quality = part.strip().partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            accepted.add(name.strip())
    return next((name for name in RESPONSE_CODINGS if name in accepted), None)


def encoder(coding: str) -> Encoder:
    """The encoder for one of `RESPONSE_CODINGS`."""
    if coding == "lz4":
        return _Lz4Encoder()
    if coding == "zstd":
        return _CompressorEncoder(zstandard.ZstdCompressor(level=1).compressobj())
    wbits = _GZIP_WBITS if coding == "gzip" else _DEFLATE_WBITS
    return _CompressorEncoder(zlib.compressobj(_ZLIB_LEVEL, zlib.DEFLATED, wbits))


class _Identity:
    def decode(self, data: bytes) -> bytes:
        return data

    def finish(self) -> None:
        return


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes | None: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class _Frames:
    """One or more compressed frames, one after another, as the file formats allow."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._frame: _Decompressor | None = None
        self._raw_deflate = False

    def _new_frame(self, data: bytes) -> _Decompressor:
        if self._coding == "lz4":
            frame: _Decompressor = lz4.frame.LZ4FrameDecompressor()
        elif self._coding == "zstd":
            frame = zstandard.ZstdDecompressor().decompressobj()
        elif self._coding == "gzip":
            frame = zlib.decompressobj(_GZIP_WBITS)
        else:
            raw = data[:1] not in (b"\x78", b"\x08", b"\x18", b"\x28", b"\x38", b"\x48", b"\x58")
            frame = zlib.decompressobj(-zlib.MAX_WBITS if raw else _DEFLATE_WBITS)
        return frame

    def decode(self, data: bytes) -> bytes:
        out = []
        try:
            while data:
                if self._frame is None:
                    self._frame = self._new_frame(data)
                out.append(self._frame.decompress(data))
                if not self._frame.eof:
                    break
                data = self._frame.unused_data or b""
                self._frame = None
        except (zlib.error, zstandard.ZstdError, RuntimeError) as error:
            raise QueryError.of(
                Code.CANNOT_DECOMPRESS, f"Cannot read the {self._coding} body: {error}"
            ) from error
        return b"".join(out)

    def finish(self) -> None:
        if self._frame is not None:
            raise QueryError.of(
                Code.CANNOT_DECOMPRESS, f"The {self._coding} body ends before its end mark"
            )


class _Compressor(Protocol):
    def compress(self, data: bytes | memoryview, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _CompressorEncoder:
    def __init__(self, compressor: _Compressor) -> None:
        self._compressor = compressor

    def encode(self, data: bytes | memoryview) -> bytes:
        return self._compressor.compress(data)

    def finish(self) -> bytes:
        return self._compressor.flush()


class _Lz4Encoder:
    def __init__(self) -> None:
        self._compressor = lz4.frame.LZ4FrameCompressor()
        self._begun = False

    def encode(self, data: bytes | memoryview) -> bytes:
        head = b"" if self._begun else self._compressor.begin()
        self._begun = True
        return head + bytes(self._compressor.compress(data))

    def finish(self) -> bytes:
        head = b"" if self._begun else self._compressor.begin()
        return head + bytes(self._compressor.flush())
