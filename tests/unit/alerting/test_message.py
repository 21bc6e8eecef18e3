"""The explanation of an alert: figures a person can use, and nothing that could do harm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.alerting.transitions import DAY, listing, spike, transition
from trends.alerting.alert import State
from trends.alerting.notify import text
from trends.alerting.notify.chart import WIDTH_PX, bars
from trends.alerting.notify.message import Message, explained, subject
from trends.detection.spike import Kind, Member, Point, Spike
from trends.http.text import clean

NASTY = 'x\r\nBcc: all@example.org\x1b[31m\u202e<script>alert("1")</script>' + "y" * 500


def fact(found: Spike, label: str, state: State = State.FIRING) -> str:
    facts = {fact.label: fact.text for fact in explained(transition(found, state)).facts}
    return facts[label]


def test_the_subject_says_how_loud_what_and_how_much() -> None:
    assert subject(transition()) == (
        "[warning] taking off: world model - 14 listings, 3.1 expected"
    )


def test_the_summary_is_a_sentence_with_the_window_so_far() -> None:
    assert explained(transition()).summary == (
        'The term "world model" is mentioned by 14 of 220 listings so far in the day 2026-03-02; '
        "its past lets expect 3.1."
    )


def test_a_window_that_is_over_is_not_called_unfinished() -> None:
    over = explained(transition(spike(complete=True)))
    assert "so far" not in over.text
    assert "not over yet" not in over.text
    assert "not over yet: the numbers are those so far" in fact(spike(), "Window")


def test_every_figure_is_told() -> None:
    assert fact(spike(), "Observed") == "14 of 220 listings"
    assert fact(spike(), "Expected").startswith("3.1; more than 7 come about by chance")
    assert fact(spike(), "Lift") == "4.5 times what was expected"
    assert fact(spike(), "Chance") == "1 in 500,000, were nothing new (p = 2.0e-06)"
    assert fact(spike(), "False alarms").startswith("1 in 2,500 of all found")
    assert fact(spike(), "Since") == "2026-03-01 00:00 UTC"
    assert fact(spike(), "Also as") == "world models"
    assert fact(spike(), "Rose with") == "video generation"
    assert fact(spike(), "Tags") == "cs.LG (9), cs.RO (4)"


def test_what_is_new_is_called_so() -> None:
    new = spike(is_new=True, expected=0.02)
    assert explained(transition(new)).summary.endswith("; no window before mentions it.")
    assert fact(new, "New") == "yes, no window before mentions it"
    assert fact(spike(), "New") == "no, seen before"


def test_a_short_history_is_said_to_be_short() -> None:
    assert fact(spike(), "History") == "60 days with listings to compare with"
    assert fact(spike(windows=1), "History").startswith("short history: 1 day with listings")
    assert fact(spike(windows=13), "History").startswith("short history: 13 days")


def test_the_end_says_how_long_it_lasted() -> None:
    over = transition(state=State.RESOLVED)
    assert subject(over).startswith("[warning] resolved: taking off: world model - ")
    assert explained(over).summary.endswith(
        "no longer mentioned more than usual; that lasted 1 day."
    )
    assert fact(spike(), "Over since", State.RESOLVED) == "2026-03-03 21:00 UTC"
    assert fact(spike(), "Window", State.RESOLVED) == "day 2026-03-02, before it was over"


def test_evidence_has_title_upvotes_and_link() -> None:
    first, second = explained(transition()).evidence
    assert (first.title, first.url) == ("A world model that plans", "https://example.org/a1")
    assert first.note == "41 upvotes, papers, 2026-03-02"
    assert second.note == "papers, 2026-03-02"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://h/>x",
        "https://h/|x",
        "https://h/\nx",
        "",
        'https://h/"onclick="x',
        "ftp://h/x",
        "//h/x",
    ],
)
def test_a_link_leads_to_a_web_page_or_nowhere(url: str) -> None:
    (item,) = explained(transition(spike(evidence=(listing(url=url),)))).evidence
    assert item.url == ""


def nasty_message() -> Message:
    return explained(
        transition(
            spike(
                name=NASTY,
                members=(Member(Kind.TERM, NASTY, 9, 1.0, 0.1, 0.1),) * 2,
                evidence=(listing(title=NASTY, source=NASTY),),
                rose_with=(NASTY,),
                tags=((NASTY, 3),),
            )
        )
    )


def test_names_cannot_break_out_of_their_line() -> None:
    message = nasty_message()
    for line in (message.title, message.summary, *message.lines):
        assert line.isprintable(), line
        assert len(line) < 600
    message.text.encode()


def test_many_names_are_counted() -> None:
    assert fact(spike(rose_with=tuple(f"n{i}" for i in range(30))), "Rose with").endswith(
        "n7 and 22 more"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.0421, "0.042"),
        (1e-09, "less than 0.001"),
        (3.14, "3.1"),
        (9.96, "10"),
        (12.4, "12"),
        (1234.5, "1,234"),
        (float("inf"), "-"),
    ],
)
def test_numbers_are_rounded_as_people_say_them(value: float, shown: str) -> None:
    assert text.count(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "less than 1 in a billion"),
        (1e-12, "less than 1 in a billion"),
        (0.5, "50%"),
        (0.04, "1 in 25"),
        (2.37e-05, "1 in 42,000"),
        (1.0, "100%"),
        (0.0099, "1 in 100"),
    ],
)
def test_chances_are_odds(value: float, shown: str) -> None:
    assert text.chance(value) == shown


def test_what_cannot_be_written_is_escaped() -> None:
    assert clean("a\ud800b\x00") == "a\\ud800b\\x00"


def test_joiners_of_emoji_and_scripts_are_kept() -> None:
    assert clean("👩‍💻 می‌خواهم") == "👩‍💻 می‌خواهم"


def test_the_chart_compares_the_last_windows() -> None:
    drawn = bars(spike())
    assert len(drawn) == 14
    assert [bar.current for bar in drawn] == [False] * 13 + [True]
    last = drawn[-1]
    assert (last.label, last.docs, last.expected) == ("02 Mar", "14", "3.1")
    assert (last.docs_px, last.expected_px) == (WIDTH_PX, round(WIDTH_PX * 3.1 / 14))


def test_a_chart_of_nothing_is_empty() -> None:
    assert bars(spike(series=())) == ()
    (bar,) = bars(spike(series=(Point(DAY, 0, 0.0),)))
    assert (bar.docs_px, bar.expected_px) == (0, 0)


def test_the_least_bar_is_seen() -> None:
    points = (Point(DAY, 10_000, 0.0), Point(DAY + timedelta(days=1), 1, 0.01))
    assert [bar.docs_px for bar in bars(spike(series=points))] == [WIDTH_PX, 1]
