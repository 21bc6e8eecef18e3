"""A transition explained to a person: what rose, how sure that is, and what to read.

In: a transition. Out: title, summary, facts and evidence, as plain text that every notifier dresses
in its own way. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trends.alerting.alert import Alert, State, Transition
from trends.alerting.notify import text
from trends.detection.spike import EvidenceListing, Spike
from trends.http.text import clean

# A baseline of fewer windows than these says little of what is usual.
SHORT_HISTORY: Final = {"hour": 72, "day": 14, "week": 8}
MEMBERS_MAX: Final = 8
NAME_MAX_CHARS: Final = 80


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about the spike."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A listing to look at; ``url`` is empty if it has no page."""

    title: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be told.

    Attributes:
        title: one short line.
        summary: a sentence.
        facts: in the order of importance.
        evidence: the best listings first.
    """

    title: str
    summary: str
    facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Facts and evidence as lines of text."""
        lines = [f"{fact.label}: {fact.text}" for fact in self.facts]
        if self.evidence:
            lines.append("Listings to look at:")
        for item in self.evidence:
            lines.append(f"- {item.title} ({item.note})")
            if item.url:
                lines.append(f"  {item.url}")
        return tuple(lines)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join([self.title, "", self.summary, "", *self.lines])


def explained(transition: Transition) -> Message:
    """``transition`` in words."""
    alert = transition.alert
    return Message(
        title=_title(alert),
        summary=_summary(alert),
        facts=tuple(_facts(alert)),
        evidence=tuple(_evidence(listing) for listing in alert.spike.evidence),
    )


def subject(transition: Transition) -> str:
    """The title with its severity, for a list of messages."""
    return f"[{clean(transition.alert.severity)}] {_title(transition.alert)}"


def display_name(alert: Alert) -> str:
    """What rose, short enough for a line."""
    return clean(alert.spike.name, NAME_MAX_CHARS)


def _title(alert: Alert) -> str:
    spike = alert.spike
    state = {State.RESOLVED: "resolved: ", State.PENDING: "pending: ", State.FIRING: ""}
    figures = f"{text.listings(spike.observed)}, {text.count(spike.expected)} expected"
    rule = clean(alert.rule).replace("-", " ")
    return f"{state[alert.state]}{rule}: {display_name(alert)} - {figures}"


def _summary(alert: Alert) -> str:
    spike = alert.spike
    name = f'The {spike.kind} "{display_name(alert)}"'
    if alert.state is State.RESOLVED:
        since = alert.fired_at or alert.opened_at
        over = alert.resolved_at or alert.last_seen
        lasted = text.length(over - since)
        return f"{name} is no longer mentioned more than usual; that lasted {lasted}."
    so_far = "" if spike.complete else " so far"
    usual = (
        "no window before mentions it"
        if spike.is_new
        else f"its past lets expect {text.count(spike.expected)}"
    )
    return (
        f"{name} is mentioned by {spike.observed:,} of {text.listings(spike.listings)}{so_far} "
        f"in the {spike.horizon} {_window(spike)}; {usual}."
    )


def _facts(alert: Alert) -> list[Fact]:
    spike = alert.spike
    facts = [
        Fact("Observed", f"{spike.observed:,} of {text.listings(spike.listings)}"),
        Fact(
            "Expected",
            f"{text.count(spike.expected)}; more than {text.count(spike.expected_high)} "
            "come about by chance in one window of forty",
        ),
        Fact("Lift", f"{text.times(spike.lift)} what was expected"),
        Fact("Chance", f"{text.chance(spike.p)}, were nothing new (p = {spike.p:.1e})"),
        Fact(
            "False alarms",
            f"{text.chance(spike.q)} of all found at this level or better (q = {spike.q:.1e})",
        ),
        Fact("Window", f"{spike.horizon} {_window(spike)}{_progress(alert)}"),
        Fact("Since", text.moment(spike.first_window)),
        Fact("New", "yes, no window before mentions it" if spike.is_new else "no, seen before"),
        Fact("History", _history(spike)),
    ]
    facts += _names(spike)
    if spike.tags:
        facts.append(Fact("Tags", _counted(spike.tags)))
    if spike.sources:
        facts.append(Fact("Sources", _counted(spike.sources)))
    if alert.fired_at is not None:
        facts.append(Fact("Alert since", text.moment(alert.fired_at)))
    if alert.resolved_at is not None:
        facts.append(Fact("Over since", text.moment(alert.resolved_at)))
        facts.append(Fact("Figures", "of the window in which it was strongest"))
    return facts


def _names(spike: Spike) -> list[Fact]:
    facts = []
    others = [clean(member.name, NAME_MAX_CHARS) for member in spike.members[1:]]
    written = {name.casefold(): name for name in reversed(others)}
    written.pop(clean(spike.name, NAME_MAX_CHARS).casefold(), None)
    others = list(reversed(written.values()))
    if others:
        facts.append(Fact("Also as", _some(others)))
    if spike.rose_with:
        rose_with = [clean(name, NAME_MAX_CHARS) for name in spike.rose_with]
        facts.append(Fact("Rose with", _some(rose_with)))
    return facts


def _some(names: list[str]) -> str:
    more = len(names) - MEMBERS_MAX
    return ", ".join(names[:MEMBERS_MAX]) + (f" and {more:,} more" if more > 0 else "")


def _counted(values: tuple[tuple[str, int], ...]) -> str:
    return _some([f"{clean(name, NAME_MAX_CHARS)} ({docs:,})" for name, docs in values])


def _window(spike: Spike) -> str:
    return text.window(spike.horizon, spike.window_start, spike.window_end)


def _progress(alert: Alert) -> str:
    if alert.spike.complete:
        return ""
    if alert.state is State.RESOLVED:
        return ", before it was over"
    return ", not over yet: the numbers are those so far"


def _history(spike: Spike) -> str:
    past = f"{spike.windows:,} {spike.horizon}{'' if spike.windows == 1 else 's'} with listings"
    if spike.windows < SHORT_HISTORY.get(spike.horizon, 0):
        return f"short history: {past} to compare with, so that what is usual is uncertain"
    return f"{past} to compare with"


def _evidence(listing: EvidenceListing) -> Evidence:
    notes = [clean(listing.source, NAME_MAX_CHARS), f"{listing.event_time:%Y-%m-%d}"]
    if listing.upvotes is not None:
        notes.insert(0, f"{listing.upvotes:,} upvote{'' if listing.upvotes == 1 else 's'}")
    title = clean(listing.title) or clean(listing.id)
    return Evidence(title, text.web_url(listing.url), ", ".join(note for note in notes if note))
