"""Spikes as they were found, and the heartbeat of the evaluations that looked for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.detection.spike import Spike
from trends.store.client import translated

NO_HORIZON: Final = ""
"""Of an evaluation for which no window was due: the alerter is there, and counts did not change."""
_SPIKE_NAMES: Final = [
    *("horizon", "window_start", "window_end", "rule", "kind", "name", "shown", "observed"),
    *("expected", "expected_high", "listings", "p", "q", "lift", "is_new", "complete"),
    *("first_window", "names", "rose_with", "evidence_ids", "evidence_titles", "evidence_urls"),
    "evaluated_at",
]
_EVALUATION_NAMES: Final = ["at", "horizon", "window_start", "candidates", "spikes", "took_ms"]


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """One window that one evaluation looked at; with `NO_HORIZON`, that there was none."""

    at: datetime
    horizon: str
    window_start: datetime
    candidates: int
    spikes: int
    took_ms: int


def put_spikes(client: Client, found: Sequence[tuple[str, Spike]], at: datetime) -> None:
    """Records spikes, each with the rule whose watch list found it, or an empty text."""
    if found:
        rows = [_spike_row(rule, spike, at) for rule, spike in found]
        with translated():
            client.insert("spikes", rows, column_names=_SPIKE_NAMES)


def put_evaluations(client: Client, records: Sequence[EvaluationRecord]) -> None:
    """Records that these windows were looked at."""
    if records:
        rows = [[getattr(record, name) for name in _EVALUATION_NAMES] for record in records]
        with translated():
            client.insert("evaluations", rows, column_names=_EVALUATION_NAMES)


def _spike_row(rule: str, spike: Spike, at: datetime) -> list[object]:
    lead = spike.members[0]
    return [
        spike.horizon,
        spike.window_start,
        spike.window_end,
        rule,
        lead.kind.value,
        lead.name,
        spike.name,
        spike.observed,
        spike.expected,
        spike.expected_high,
        spike.listings,
        spike.p,
        spike.q,
        spike.lift,
        spike.is_new,
        spike.complete,
        spike.first_window,
        [member.name for member in spike.members],
        list(spike.rose_with),
        [listing.id for listing in spike.evidence],
        [listing.title for listing in spike.evidence],
        [listing.url for listing in spike.evidence],
        at,
    ]
