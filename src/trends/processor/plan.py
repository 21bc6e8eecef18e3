"""What a rebuild has to do, seen from the generations that the store knows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.analysis.interface import ANALYSIS_VERSION
from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy import parse_taxonomy
from trends.clock import Clock
from trends.errors import Unavailable
from trends.store.generations import (
    FIRST,
    Generation,
    Recorded,
    put_generation,
    recorded_generations,
    stored_listings,
)

# Whoever records a generation looks again after so long whether another one did the same.
CLAIM_S: Final = 1.0


class Way(Enum):
    """How the store comes to count under the wanted generation."""

    NOTHING = "nothing"
    """It does already; at most, what a rebuild left undone is to be finished."""
    TOPICS = "topics"
    """Topics are counted beside those that people see, while processors count on."""
    EVERYTHING = "everything"
    """Terms have one set of counts, so they are counted anew while no processor runs."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and for which generation; ``is_new`` where the store does not say so yet."""

    way: Way
    target: Generation
    is_new: bool


def plan_rebuild(client: Client, cutter: Segmenter, text: str, origin: str) -> Plan:
    """Decides what to do.

    Args:
        client: of the store.
        cutter: the segmenter to count by.
        text: the taxonomy to count by, as YAML.
        origin: what messages call it.

    Raises:
        ConfigError: if there are errors in the taxonomy.
    """
    fingerprint = parse_taxonomy(text, origin, cutter).fingerprint()
    known = recorded_generations(client)
    active = [row for row in known if row.is_active][-1:]
    unfinished = [row for row in known if not active or row.generation.number > _number(active)]
    way = (ANALYSIS_VERSION, cutter.name)

    def is_wanted(row: Recorded) -> bool:
        return row.generation.way == way and row.fingerprint == fingerprint

    if active and is_wanted(active[0]) and not unfinished:
        target = Generation(_number(active), *way, text)
        # Other aliases or comments are other words for the same counts.
        return Plan(Way.NOTHING, target, is_new=target != active[0].generation)
    # What was given up has left its marks on listings, so that the way back is a new generation.
    taken_up = bool(unfinished) and is_wanted(unfinished[-1])
    number = known[-1].generation.number + (not taken_up) if known else FIRST
    target = Generation(number, *way, text)
    if not active and not stored_listings(client):
        return Plan(Way.NOTHING, target, is_new=True)
    # An unfinished rebuild of everything has touched the counts of terms.
    same = all(row.generation.way == way for row in active + unfinished)
    return Plan(Way.TOPICS if active and same else Way.EVERYTHING, target, is_new=True)


def record_plan(client: Client, plan: Plan, clock: Clock) -> None:
    """Puts the plan's generation on record: as active if nothing is to be counted for it.

    Raises:
        Unavailable: if another rebuild was started at the same moment.
    """
    if not plan.is_new:
        return
    put_generation(client, plan.target, active=plan.way is Way.NOTHING, at=clock.now())
    if plan.way is Way.NOTHING:
        return
    clock.sleep(CLAIM_S)
    if recorded_generations(client)[-1].generation != plan.target:
        raise Unavailable("another rebuild was started at the same time; run one after the other")


def _number(active: list[Recorded]) -> int:
    return active[0].generation.number
