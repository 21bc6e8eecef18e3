from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import lz4.frame  # type: ignore[import-untyped]
import pytest
import zstandard

from trends.embedded.clickhouse.compression import (
    RESPONSE_CODINGS,
    choose_response_coding,
    decoder,
    encoder,
)
from trends.embedded.clickhouse.errors import QueryError

DATA = b"terms and topics " * 10_000
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def decode(coding: str, data: bytes, piece: int) -> bytes:
    stream = decoder(coding)
    out = b"".join(stream.decode(data[i : i + piece]) for i in range(0, len(data), piece))
    stream.finish()
    return out


@pytest.mark.parametrize("piece", [1, 100, 10**9])
@pytest.mark.parametrize("coding", COMPRESS)
def test_bodies_are_decoded_in_any_pieces(coding: str, piece: int) -> None:
    assert decode(coding, COMPRESS[coding](DATA), piece) == DATA
    assert decode(coding, COMPRESS[coding](b"a") + COMPRESS[coding](b"b"), piece) == b"ab"
    assert decode(coding, b"", 1) == b""


@pytest.mark.parametrize("coding", COMPRESS)
@pytest.mark.parametrize("missing", [1, 4, 20])
def test_a_body_without_its_end_is_refused(coding: str, missing: int) -> None:
    with pytest.raises(QueryError, match="CANNOT_DECOMPRESS"):
        decode(coding, COMPRESS[coding](DATA)[:-missing], 1000)


@pytest.mark.parametrize("coding", COMPRESS)
def test_damage_is_refused(coding: str) -> None:
    with pytest.raises(QueryError, match="CANNOT_DECOMPRESS"):
        decode(coding, b"!" + COMPRESS[coding](DATA), 1000)


def test_names_are_read_without_case() -> None:
    assert decode("GZIP", gzip.compress(b"x"), 10) == b"x"
    assert decode("x-gzip", gzip.compress(b"x"), 10) == b"x"
    assert decode("identity", b"x", 10) == b"x"
    with pytest.raises(QueryError, match="NOT_IMPLEMENTED"):
        decoder("br")


@pytest.mark.parametrize("coding", RESPONSE_CODINGS)
def test_answers_are_encoded_in_pieces(coding: str) -> None:
    stream = encoder(coding)
    out = b"".join(stream.encode(DATA[i : i + 999]) for i in range(0, len(DATA), 999))
    out += stream.finish()
    assert len(out) < len(DATA) / 10
    assert decode(coding, out, 10**9) == DATA
    assert decode(coding, encoder(coding).finish(), 10**9) == b""


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate", "gzip"),
        ("lz4,zstd,gzip", "lz4"),
        ("zstd;q=0.5", "zstd"),
        ("gzip;q=0", None),
        ("br", None),
        ("", None),
    ],
)
def test_the_coding_is_one_that_the_client_takes(accepted: str, coding: str | None) -> None:
    assert choose_response_coding(accepted) == coding
