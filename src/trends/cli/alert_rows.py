"""Spikes and alerts as commands print them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from trends.alerting.alert import Transition
from trends.alerting.notify.text import count
from trends.cli.output import plain
from trends.detection.spike import Spike
from trends.http.text import clean

_SPIKES: TypeAdapter[Spike] = TypeAdapter(Spike)
NAME_MAX_CHARS = 60


def spike_json(spike: Spike) -> dict[str, Any]:
    """A spike as one JSON object."""
    found: dict[str, Any] = _SPIKES.dump_python(spike, mode="json")
    return found


def spike_row(spike: Spike) -> dict[str, object]:
    """A spike as a line of a table."""
    return {
        "name": clean(spike.name, NAME_MAX_CHARS),
        "kind": spike.kind.value,
        "horizon": spike.horizon,
        "window": f"{spike.window_start:%Y-%m-%d %H:%M}",
        "docs": spike.observed,
        "expected": round(spike.expected, 3),
        "lift": round(spike.lift, 2),
        "q": spike.q,
        "since": f"{spike.first_window:%Y-%m-%d}",
        "new": spike.is_new,
        "rose_with": ", ".join(spike.rose_with),
    }


def transition_row(change: Transition) -> str:
    """A change of an alert's state as one line."""
    alert, spike = change.alert, change.alert.spike
    end = "" if spike.complete else ", not over"
    new = ", new" if spike.is_new else ""
    return plain(
        f"{alert.state.value:<8}  {clean(spike.name, NAME_MAX_CHARS)}  "
        f"({spike.kind.value}, {spike.horizon}{end}{new}): "
        f"{spike.observed:,} of {spike.listings:,} listings, {count(spike.expected)} expected, "
        f"q {spike.q:.1g}  [{alert.rule}]"
    )


def evidence_lines(spike: Spike) -> Iterator[str]:
    """The listings behind a spike, and what rose with it."""
    if spike.rose_with:
        yield plain(f"with {', '.join(spike.rose_with)}")
    for listing in spike.evidence:
        votes = "" if listing.upvotes is None else f" [{listing.upvotes:,}]"
        yield plain(f"- {clean(listing.title, 110)}{votes}  {listing.url}")
