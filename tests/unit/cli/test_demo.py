"""The demo without servers: its folder, its pace, what it draws."""

from __future__ import annotations

import io
import signal
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from unittest.mock import MagicMock

import pytest
from rich.console import Console

from trends.cli.demo import _Demo
from trends.cli.demo_board import BARS_ASCII, Board, Row, draw, sparkline
from trends.cli.demo_feed import HISTORY_DAYS, HISTORY_PER_DAY, DemoFeed
from trends.cli.demo_folder import MARKER, empty_demo_folder
from trends.cli.interrupt import interruptible
from trends.clock import ManualClock
from trends.demo.stream import DemoStream
from trends.demo.vocabulary import RISING
from trends.embedded.folder_lock import FolderLock
from trends.errors import ConfigError
from trends.model import Listing
from trends.store.rising import Compared
from trends.wire.publisher import Publisher

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


class PublisherInMemory:
    """Takes listings."""

    def __init__(self) -> None:
        self.listings: list[Listing] = []

    def publish(self, listing: Listing) -> None:
        self.listings.append(listing)

    def flush(self) -> None: ...
    def send_due(self) -> None: ...


def feed_of(
    seconds: float | None, rate: float = 10
) -> tuple[DemoFeed, PublisherInMemory, ManualClock]:
    clock, publisher = ManualClock(NOW), PublisherInMemory()
    feed = DemoFeed(DemoStream(1), cast(Publisher, publisher), clock, rate, seconds)
    return feed, publisher, clock


def compared(name: str, docs: int, before: int = 0, score: float = 0.0) -> Compared:
    return Compared(name, name, docs, 100, before, 1_000, score)


def test_the_history_ends_before_today() -> None:
    feed, publisher, _ = feed_of(None)
    feed.publish_history(NOW.date())
    assert feed.published == len(publisher.listings)
    assert len(publisher.listings) > HISTORY_DAYS * HISTORY_PER_DAY / 2
    assert max(x.event_time.date() for x in publisher.listings) == date(2026, 3, 1)


def test_nothing_is_live_before_it_begins() -> None:
    feed, publisher, clock = feed_of(None)
    clock.advance(100)
    feed.publish_due()
    assert publisher.listings == []


def test_live_listings_appear_now_and_at_the_rate() -> None:
    feed, publisher, clock = feed_of(None)
    feed.begin_live()
    clock.advance(1.25)
    feed.publish_due()
    assert len(publisher.listings) == 12
    assert {x.listed_at for x in publisher.listings} == {clock.now()}
    feed.publish_due()
    assert len(publisher.listings) == 12


def test_the_stream_ends_after_its_seconds_with_all_its_listings() -> None:
    feed, publisher, clock = feed_of(5)
    feed.begin_live()
    clock.advance(4.9)
    over_early = feed.is_over
    # A look at the store may take as long as the whole stream.
    clock.advance(60)
    over_unpublished = feed.is_over
    feed.publish_due()
    assert (over_early, over_unpublished, feed.is_over) == (False, False, True)
    assert len(publisher.listings) == 50


def test_the_rising_topic_is_rare_at_first_and_common_later() -> None:
    feed, publisher, clock = feed_of(None, rate=100)
    feed.begin_live()
    clock.advance(20)
    feed.publish_due()
    about = [RISING.phrase in x.text.lower() for x in publisher.listings]
    assert sum(about[:100]) < 15
    assert sum(about[-100:]) > 20


@pytest.mark.usefixtures("stop_signals")
@pytest.mark.parametrize("at", [1, 700, 2_000])
def test_whatever_is_published_when_it_is_stopped_is_told(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopping(PublisherInMemory):
        def publish(self, listing: Listing) -> None:
            super().publish(listing)
            if len(self.listings) == at:
                signal.raise_signal(signal.SIGINT)

    clock, publisher = ManualClock(NOW), Stopping()
    taken = cast(Publisher, publisher)
    feed = DemoFeed(DemoStream(1), taken, clock, 100, None)
    monkeypatch.setattr(
        "trends.cli.demo.read_board", lambda *_: Board(len(publisher.listings), 0, (), ())
    )
    nothing: Any = MagicMock()
    demo = _Demo(nothing, nothing, nothing, taken, feed, clock, nothing)
    with interruptible(clock):
        board = demo.run(once=False)
    assert at <= board.counted == feed.published


def test_a_folder_of_somebody_else_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    with pytest.raises(ConfigError, match="no demo made"):
        empty_demo_folder(tmp_path)
    assert (tmp_path / "precious").exists()
    assert not (tmp_path / MARKER).exists()


def test_a_folder_of_a_demo_is_emptied_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "sub" / "demo"
    empty_demo_folder(folder)
    (folder / "clickhouse").mkdir()
    (folder / "clickhouse" / "part").write_text("x")
    (folder / "stack.json").write_text("{}")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    (folder / "link").symlink_to(outside)
    empty_demo_folder(folder)
    assert {path.name for path in folder.iterdir()} == {MARKER, "owner.lock"}
    assert (outside / "kept").exists()


def test_a_folder_in_use_is_not_emptied(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    empty_demo_folder(folder)
    (folder / "data").write_text("x")
    with FolderLock(folder), pytest.raises(ConfigError, match="in use by the process with id"):
        empty_demo_folder(folder)
    assert (folder / "data").exists()


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([], ""),
        ([0.0, 0.0], "__"),
        ([0.0, 0.5, 1.0], "_=#"),
        ([1.0], "#"),
    ],
)
def test_a_sparkline_goes_from_zero_to_its_maximum(values: list[float], bars: str) -> None:
    assert sparkline(values, BARS_ASCII) == bars


@pytest.mark.parametrize(
    ("row", "rises"),
    [
        (compared("new", 10, 0, 9.0), True),
        (compared("tenfold", 10, 10, 9.0), True),
        (compared("not twice", 10, 60, 9.0), False),
        (compared("by chance", 2, 5, 1.0), False),
    ],
)
def test_what_rises(row: Compared, rises: bool) -> None:
    assert row.rises is rises


def test_a_rising_term_is_marked_and_has_its_days_beside_it() -> None:
    rows = [
        Row(compared("tidal attention", 30, 4, 40.0), (0.0, 0.0, 0.3)),
        Row(compared("flow matching", 9, 90, 0.0), (0.1, 0.1, 0.1)),
    ]
    console = Console(file=io.StringIO(), width=80)
    console.print(draw(Board(1_100, 100, rows, ()), "status", "", unicode=True))
    lines = cast(io.StringIO, console.file).getvalue().splitlines()
    (rising,) = [line for line in lines if "tidal attention" in line]
    (steady,) = [line for line in lines if "flow matching" in line]
    assert rising.startswith("▲")
    assert "▁▁█" in rising
    assert "75.0x" in rising
    assert "▲" not in steady
    assert "1.0x" in steady


def test_before_anything_is_live_the_board_can_be_drawn() -> None:
    empty = Compared("flow matching", "flow matching", 0, 0, 3, 10, 0.0)
    console = Console(file=io.StringIO(), width=80)
    console.print(draw(Board(10, 0, [Row(empty, (0.1,))], ()), "", "", unicode=False))
    assert "0.0%" in cast(io.StringIO, console.file).getvalue()
