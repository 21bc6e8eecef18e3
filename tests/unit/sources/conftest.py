from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from trends.clock import ManualClock
from trends.sources.read import read
from trends.sources.record import SourceRecord

ReadBytes = Callable[..., list[SourceRecord]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2025, 11, 21, 12, tzinfo=UTC))


@pytest.fixture
def read_bytes(tmp_path: Path, clock: ManualClock) -> ReadBytes:
    """Write bytes to a file of the given name and read it."""

    def read_all(name: str, data: bytes, **options: Any) -> list[SourceRecord]:
        path = tmp_path / name
        path.write_bytes(data)
        return list(read([str(path)], clock=clock, **options))

    return read_all


@pytest.fixture
def read_page_text(read_bytes: ReadBytes) -> ReadBytes:
    """Read a page from its text; saved on 21 November 2025 unless told otherwise."""

    def read_text(text: str, **options: Any) -> list[SourceRecord]:
        options.setdefault("as_of", date(2025, 11, 21))
        return read_bytes("page.txt", text.encode(), **options)

    return read_text


@pytest.fixture
def pages() -> Path:
    return Path(__file__).parents[2] / "fixtures" / "pages"
