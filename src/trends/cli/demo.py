"""`trends demo`: the whole pipeline on a synthetic stream in which one topic takes off."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer
from clickhouse_connect.driver.client import Client
from rich.live import Live

from trends.cli.demo_board import Board, draw, read_board
from trends.cli.demo_feed import HISTORY_DAYS, DemoFeed
from trends.cli.demo_folder import empty_demo_folder
from trends.cli.errors import reported
from trends.cli.interrupt import Interrupted, raise_if_interrupted, uninterrupted
from trends.cli.options import OutputFormat
from trends.cli.output import Format, out, print_json
from trends.cli.stack import stack, watched
from trends.clock import Clock, SystemClock
from trends.demo.stream import DemoStream
from trends.demo.vocabulary import RISING
from trends.embedded.stack import Part, Stack
from trends.ingest.progress import sent_offsets, wait_until_counted
from trends.settings import load_settings
from trends.store.access import store_access
from trends.store.client import connect
from trends.wire.publisher import Publisher
from trends.wire.topics import TopicInfo, ensure_topics

FOLDER_NAME: Final = "demo"
ONCE_SECONDS: Final = 30.0
TICK_S: Final = 0.05
LOOK_EVERY_S: Final = 0.5
SNAPSHOT_EVERY_S: Final = 3.0
SETTLE_S: Final = 5.0

Show = Callable[[Board | None, str], None]


@reported
def demo_command(
    once: Annotated[
        bool, typer.Option("--once", help="End after the stream, with a summary.")
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="How long new listings appear [default: until Ctrl-C; with --once "
            f"{ONCE_SECONDS:.0f}].",
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(min=0.1, max=1_000, help="New listings per second.")
    ] = 30.0,
    seed: Annotated[int, typer.Option(help="Another seed is another stream.")] = 7,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Folder of the demo, emptied first [default: .trends/demo]."),
    ] = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Watch a topic take off: four weeks of history, then a live stream, counted as it comes.

    Starts broker, store, processor and alerter of its own and feeds them invented papers; one of
    their topics is new. The counts stay in the data folder afterwards, for `trends sql` and the
    others.
    """
    # Never a server that settings name: invented listings have no place there.
    settings = load_settings(kafka="", clickhouse="", data_dir=data_dir)
    if data_dir is None:
        settings = settings.model_copy(update={"data_dir": settings.data_dir / FOLDER_NAME})
    if seconds is None and once:
        seconds = ONCE_SECONDS
    empty_demo_folder(settings.data_dir.absolute())
    clock = SystemClock()
    view = _View(settings.data_dir, output, clock)
    with view, stack(settings, set(Part)) as running:
        topic = ensure_topics(settings, running.kafka)
        client = connect(store_access(settings, running.clickhouse))
        try:
            with Publisher(settings, running.kafka, topic, clock) as publisher:
                feed = DemoFeed(DemoStream(seed), publisher, clock, rate, seconds)
                demo = _Demo(running, topic, client, publisher, feed, clock, view.show)
                board = demo.run(once)
        finally:
            client.close()
        view.end(board, feed.published)


@dataclass(slots=True)
class _Demo:
    """One run: history, then live, always looking."""

    running: Stack
    topic: TopicInfo
    client: Client
    publisher: Publisher
    feed: DemoFeed
    clock: Clock
    show: Show

    def run(self, once: bool) -> Board:
        today = self.clock.now().date()
        board = Board(0, 0, (), ())
        try:
            self.show(None, "publishing four weeks of history ...")
            with uninterrupted():
                self.feed.publish_history(today)
            look_s = 0.0
            while not (once and self.feed.is_over):
                raise_if_interrupted()
                with uninterrupted():
                    self.feed.publish_due()
                if self.clock.monotonic_s() >= look_s:
                    self.running.check()
                    board = self._look(today)
                    look_s = self.clock.monotonic_s() + LOOK_EVERY_S
                self.clock.sleep(TICK_S)
            self._wait_until_counted()
            board = self._look(today)
        except Interrupted:
            if once:
                raise
            # What is on its way would be gone with the broker's memory.
            board = self._settle(today)
        return board

    def _settle(self, today: date) -> Board:
        self.publisher.flush()
        until_s = self.clock.monotonic_s() + SETTLE_S
        while True:
            board = read_board(self.client, today, HISTORY_DAYS)
            self.show(board, f"stopping: {board.counted:,} of {self.feed.published:,} counted")
            if board.counted >= self.feed.published or self.clock.monotonic_s() >= until_s:
                return board
            self.clock.sleep(LOOK_EVERY_S)

    def _look(self, today: date) -> Board:
        board = read_board(self.client, today, HISTORY_DAYS)
        published = self.feed.published
        if board.counted >= published and not self.feed.is_live:
            self.feed.begin_live()
        if not board.counted:
            self.show(None, f"{published:,} listings published; the processor joins ...")
        elif not self.feed.is_live:
            self.show(board, f"history: {board.counted:,} of {published:,} listings counted")
        else:
            state = "; the stream is over" if self.feed.is_over else ""
            status = (
                f"today {board.today:,} new listings; {board.counted:,} of {published:,} counted"
            )
            self.show(board, status + state)
        return board

    def _wait_until_counted(self) -> None:
        self.publisher.flush()
        offsets = sent_offsets(self.topic, self.publisher.sent)
        wait_until_counted(self.client, offsets, self.clock, watched(self.running), lambda _: None)


class _View:
    """Shows boards: in place on a terminal, as snapshots on a pipe, one document as JSON."""

    def __init__(self, folder: Path, output: Format, clock: Clock) -> None:
        self._option = f"--data-dir {shlex.quote(str(folder))}"
        self._json = output is Format.JSON
        self._clock = clock
        self._started_s = clock.monotonic_s()
        self._unicode = "utf" in (out.encoding or "").lower()
        self._live = Live(console=out, auto_refresh=False) if out.is_terminal else None
        if self._json:
            self._live = None
        self._snapshot_s = 0.0
        self._first_counts_s: float | None = None

    def __enter__(self) -> _View:
        if self._live is not None:
            self._live.start()
        self.show(None, "starting broker, store, processor and alerter ...")
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, board: Board | None, status: str) -> None:
        now_s = self._clock.monotonic_s()
        if board is not None and self._first_counts_s is None:
            self._first_counts_s = now_s - self._started_s
        footer = f"Ctrl-C ends it. Look around meanwhile: trends top {self._option} --window 1d"
        if self._live is not None:
            self._live.update(draw(board, status, footer, unicode=self._unicode), refresh=True)
        elif not self._json and board is not None and now_s >= self._snapshot_s:
            self._snapshot_s = now_s + SNAPSHOT_EVERY_S
            out.print(draw(board, status, "", unicode=self._unicode))
            out.print()

    def end(self, board: Board, published: int) -> None:
        """The summary."""
        if self._live is not None:
            self._live.stop()
        rising = board.rising
        if self._json:
            first = self._first_counts_s
            print_json(
                {
                    "published": published,
                    **board.as_json(),
                    "rising": [row.name for row in rising],
                    "first_counts_s": None if first is None else round(first, 3),
                }
            )
            return
        if self._live is None:
            out.print(draw(board, "at the end", "", unicode=self._unicode))
        out.print(f"\n{board.counted:,} of {published:,} listings counted.", end=" ")
        found = f"{rising[0].name!r} rises most" if rising else "Nothing rises yet"
        if self._first_counts_s is not None:
            found += f"; the first counts came after {self._first_counts_s:.1f} s"
        out.print(f"{found}. The counts stay; try:", markup=False, soft_wrap=True)
        for command in self._hints(rising[0].stored if rising else RISING.phrase):
            out.print(f"  {command}", markup=False, soft_wrap=True)

    def _hints(self, term: str) -> list[str]:
        text = term.replace("'", "''")
        sql = (
            "SELECT bucket, docs, round(share, 3) AS share FROM terms "
            f"WHERE resolution = '1d' AND term = '{text}' ORDER BY bucket DESC LIMIT 7"
        )
        return [
            f"trends verify {self._option}",
            f"trends top {self._option} --window 1d",
            f"trends alerts list {self._option}",
            f"trends series {self._option} --resolution 1h {shlex.quote(term)}",
            f'trends sql {self._option} "{sql}"',
        ]
