"""What is printed, how a command ends, and what it makes of refusals and signals."""

from __future__ import annotations

import contextlib
import os
import signal
from datetime import UTC, datetime

import pytest
import typer

from trends.cli.dead_retry import outcome_of
from trends.cli.errors import reported
from trends.cli.interrupt import Interrupted, interruptible, raise_if_interrupted, uninterrupted
from trends.cli.output import cell, plain, table_of
from trends.cli.sql import refusal
from trends.clock import ManualClock
from trends.errors import ConfigError, Unavailable
from trends.store.dead_letters import ID_CHARS, StoredLetter, letter_id
from trends.store.interface import DeadLetter

NOW = datetime(2026, 3, 2, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("stop_signals")


def stored(raw: bytes, *, cut: bool = False, sent_at: datetime | None = None) -> StoredLetter:
    letter = DeadLetter("f:1", 0, 0, "missing_title", "m", raw, cut, NOW)
    return StoredLetter(letter_id("f:1", 0, 0, raw), letter, sent_at)


def test_what_would_steer_a_terminal_is_shown_escaped() -> None:
    assert plain("a\x1b[31mb\x07") == "a\\x1b[31mb\\x07"
    assert plain("zwölf 中文 ok") == "zwölf 中文 ok"


def test_cells() -> None:
    assert [cell(v) for v in (None, True, 1_234_567, 0.123456, "x")] == [
        "-",
        "yes",
        "1,234,567",
        "0.123",
        "x",
    ]


def test_numbers_stand_at_the_right_even_below_a_missing_one() -> None:
    table = table_of([{"a": "x", "b": None}, {"a": "y", "b": 2.0}], ["a", "b"])
    assert [column.justify for column in table.columns] == ["left", "right"]


@pytest.mark.parametrize(
    ("error", "code"), [(ConfigError("x"), 2), (Unavailable("x"), 1), (BrokenPipeError(), 141)]
)
def test_exit_codes(error: Exception, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trends.cli.errors.discard_stdout", lambda: None)

    @reported
    def fails() -> None:
        raise error

    with pytest.raises(typer.Exit) as caught:
        fails()
    assert caught.value.exit_code == code


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_unwinds_the_command(number: signal.Signals, code: int) -> None:
    ended: list[str] = []

    @reported
    def waits() -> None:
        try:
            signal.raise_signal(number)
        finally:
            ended.append("in order")

    with pytest.raises(typer.Exit) as caught:
        waits()
    assert caught.value.exit_code == code
    assert ended == ["in order"]


def test_the_same_wish_twice_is_one_but_a_later_one_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Left(BaseException):
        pass

    def leave(code: int) -> None:
        raise Left(code)

    monkeypatch.setattr(os, "_exit", leave)
    clock = ManualClock(NOW)
    with interruptible(clock):
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGTERM)
        clock.advance(0.1)
        signal.raise_signal(signal.SIGTERM)
        clock.advance(5)
        with pytest.raises(Left):
            signal.raise_signal(signal.SIGINT)


def test_a_signal_whose_exception_was_lost_is_not_forgotten() -> None:
    with interruptible(ManualClock(NOW)):
        raise_if_interrupted()
        with contextlib.suppress(Interrupted):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Interrupted) as caught:
            raise_if_interrupted()
    assert caught.value.exit_code == 143
    with interruptible(ManualClock(NOW)):
        raise_if_interrupted()


def test_what_must_not_be_half_done_is_done_before_a_signal_counts() -> None:
    done: list[str] = []

    def works() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")

    with interruptible(ManualClock(NOW)):
        with pytest.raises(Interrupted):
            works()
        assert done == ["all of it"]
    with interruptible(ManualClock(NOW)):
        with uninterrupted():
            pass
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_refusal_says_what_is_wrong_and_little_else() -> None:
    text = (
        "ClickHouse: Received ClickHouse exception, code: 62, server response: Code: 62. "
        "DB::Exception: Syntax error: failed at position 1 (SELEC) (line 1, col 1): SELEC 1\n"
        " FORMAT PrettyCompact. Maybe you meant: SELECT. Expected one of: Query, EXPLAIN: "
        "In scope WITH x. (SYNTAX_ERROR) (version 26.9) (for url http://h:1)"
    )
    assert refusal(text) == (
        "Syntax error: failed at position 1 (SELEC) (line 1, col 1): SELEC 1. "
        "Maybe you meant: SELECT."
    )
    assert refusal("something else") == "something else"


def test_the_id_of_a_dead_letter_is_stable_and_tells_places_apart() -> None:
    assert letter_id("listings/x/3", 15, 2, b"x") == "1e9aad7c22ca"
    assert len(letter_id("a", 1, 2, b"x")) == ID_CHARS
    places = [("a", 1, 2, b"x"), ("a", 12, 0, b"x"), ("a", 1, 20, b"x"), ("b", 1, 2, b"x")]
    lines = [*places, ("a", 1, 2, b"mended")]
    assert len({letter_id(*line) for line in lines}) == len(lines)


def test_a_line_that_can_be_read_now_is_sent() -> None:
    outcome = outcome_of(stored(b'{"title":"T","listed_at":"2026-01-01"}'), None)
    assert outcome.listing is not None
    assert outcome.as_json()["result"] == "resubmitted"


def test_a_line_that_still_cannot_be_read_stays_with_the_reason() -> None:
    outcome = outcome_of(stored(b'{"listed_at":"2026-01-01"}'), None)
    assert outcome.listing is None
    assert "missing_title" in outcome.reason


def test_a_cut_letter_stays_unless_the_line_is_brought() -> None:
    line = b'{"title":"T","listed_at":"2026-01-01"}'
    assert "--file" in outcome_of(stored(line, cut=True), None).reason
    assert outcome_of(stored(b"{", cut=True), line).listing is not None


def test_a_letter_is_sent_only_once() -> None:
    line = b'{"title":"T","listed_at":"2026-01-01"}'
    outcome = outcome_of(stored(line, sent_at=NOW), None)
    assert outcome.listing is None
    assert "was re-submitted" in outcome.reason
