"""Which reader a file needs, from its first bytes and, where they leave a doubt, from its name.

Comes in: a name and the first bytes, decompressed. Goes out: a format. Never does: open a file.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import PurePath

from trends.errors import ConfigError
from trends.sources.lines import UTF8_BOM
from trends.sources.mapping import ALIASES, WIRE_FIELDS
from trends.sources.page_header import looks_like_page
from trends.sources.page_lines import page_lines
from trends.sources.parquet import PARQUET_MAGIC

HEAD_BYTES = 64 * 1024
"""How much of a file is looked at, at most."""


class Format(Enum):
    """The kinds of file that can be read."""

    JSONL = "jsonl"
    DELIMITED = "csv"
    PARQUET = "parquet"
    PAGE = "page"


_SUFFIXES = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.DELIMITED,
    ".tsv": Format.DELIMITED,
    ".parquet": Format.PARQUET,
}
_COMPRESSION_SUFFIXES = (".gz", ".gzip", ".zst", ".zstd")
_KNOWN_COLUMNS = {*WIRE_FIELDS, *(name for names in ALIASES.values() for name in names)}
_READABLE = "JSON lines (.jsonl), CSV or TSV (.csv, .tsv), Parquet (.parquet), a saved page (text)"


def plain_name(path: str) -> str:
    """The file's name without its folder and its compression's suffix."""
    name = PurePath(path).name
    while name.lower().endswith(_COMPRESSION_SUFFIXES):
        name = name[: name.rindex(".")]
    return name


def stem(path: str) -> str:
    """The file's name without folder and without the suffixes of format and compression."""
    name = plain_name(path)
    suffix = PurePath(name).suffix.lower()
    known = suffix in _SUFFIXES or suffix in (".txt", ".json", ".html", ".htm")
    return name[: -len(suffix)] if known else name


def is_enough(head: bytes, path: str | None) -> bool:
    """Whether ``head`` tells the format, so that a live stream need not be waited for.

    Args:
        head: the first bytes, decompressed.
        path: the file's name; None for standard input.
    """
    if len(head) >= HEAD_BYTES:
        return True
    named = path is not None and PurePath(plain_name(path)).suffix.lower() in _SUFFIXES
    return bool(head) and (named or _text(head).startswith(b"{"))


def detect_stdin(head: bytes) -> Format:
    """The format of standard input: JSON lines, unless it is clear that it is a saved page.

    Raises:
        ConfigError: it is Parquet, which has to be a file.
    """
    if head.startswith(PARQUET_MAGIC):
        raise ConfigError("standard input: Parquet cannot be read from a pipe; name the file")
    if not _text(head).startswith(b"{") and b"\0" not in head and looks_like_page(page_lines(head)):
        return Format.PAGE
    return Format.JSONL


def detect(path: str, head: bytes) -> Format:
    """The format of a file.

    Args:
        path: its name, for its suffix and for errors.
        head: its first bytes, decompressed; up to `HEAD_BYTES`.

    Raises:
        ConfigError: nothing here reads such a file; says what to do.
    """
    if head.startswith(PARQUET_MAGIC):
        raise ConfigError(f"{path}: compressed Parquet cannot be read; decompress the file first")
    named = _SUFFIXES.get(PurePath(plain_name(path)).suffix.lower())
    if named is Format.PARQUET:
        raise ConfigError(f"{path}: not a Parquet file (it does not begin with PAR1)")
    if named is not None:
        return named
    text = _text(head)
    if text.startswith(b"{"):
        return Format.JSONL
    _refuse_unreadable(path, head, text)
    if looks_like_page(page_lines(head)):
        return Format.PAGE
    if _looks_delimited(text):
        return Format.DELIMITED
    raise ConfigError(f"{path}: unknown format; readable: {_READABLE}")


def _text(head: bytes) -> bytes:
    return head.removeprefix(UTF8_BOM).lstrip()


def _refuse_unreadable(path: str, head: bytes, text: bytes) -> None:
    if not text:
        raise ConfigError(f"{path}: there is nothing in it")
    if text.startswith(b"["):
        raise ConfigError(
            f"{path}: looks like one JSON array; write one object per line, "
            "e.g. with jq -c '.[]', as .jsonl"
        )
    if re.match(rb"<(?:!doctype|html|\?xml)", text, re.IGNORECASE):
        raise ConfigError(f"{path}: is HTML; save the page as plain text")
    if b"\0" in head:
        raise ConfigError(f"{path}: is a binary file of an unknown format; readable: {_READABLE}")


def _looks_delimited(text: bytes) -> bool:
    first = text.split(b"\n", 1)[0].decode("utf-8", "replace")
    columns = {cell.strip().strip('"') for cell in re.split(r"[,;\t]", first)}
    return len(columns) > 1 and len(columns & _KNOWN_COLUMNS) > 1
