"""Under which analysis, segmenter and taxonomy a store counts.

A *generation* is one choice of the three. Counts of topics carry its number, so that those of a
changed taxonomy can be made beside the ones that people look at; the newest active one is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.analysis.interface import ANALYSIS_VERSION
from trends.analysis.segment import Segmenter, segmenter
from trends.analysis.taxonomy import Taxonomy, parse_taxonomy
from trends.errors import Fatal
from trends.store.client import translated
from trends.store.topic_tree import has_topic_tree, put_topic_tree

FIRST: Final = 1


@dataclass(frozen=True, slots=True)
class Generation:
    """One choice of analysis version, segmenter (by its full name) and taxonomy (as YAML)."""

    number: int
    analysis: int
    segmenter: str
    taxonomy_text: str

    @property
    def way(self) -> tuple[int, str]:
        """What decides about terms: analysis version and segmenter."""
        return self.analysis, self.segmenter

    def taxonomy(self, cutter: Segmenter | None = None) -> Taxonomy:
        """The taxonomy, its phrases cut by ``cutter``."""
        return parse_taxonomy(
            self.taxonomy_text, f"the taxonomy of generation {self.number}", cutter
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """A generation as the store has it; not active while it is being built, or was given up."""

    generation: Generation
    fingerprint: str
    is_active: bool


def recorded_generations(client: Client) -> list[Recorded]:
    """Every generation there ever was, oldest first."""
    with translated():
        rows = client.query(
            "SELECT generation, analysis, segmenter, taxonomy, fingerprint, active "
            "FROM generations FINAL ORDER BY generation"
        ).result_rows
    return [Recorded(Generation(*row[:4]), row[4], bool(row[5])) for row in rows]


def active_generation(client: Client) -> Generation | None:
    """The generation that people see; None in an empty store, or one that is to be rebuilt."""
    active = [row.generation for row in recorded_generations(client) if row.is_active]
    return active[-1] if active else None


def put_generation(client: Client, generation: Generation, *, active: bool, at: datetime) -> None:
    """Records a generation: being built, or active, which is final."""
    taxonomy = generation.taxonomy(segmenter(generation.segmenter.split("/")[0]))
    fingerprint = taxonomy.fingerprint()
    row = [
        generation.number,
        generation.analysis,
        generation.segmenter,
        fingerprint,
        generation.taxonomy_text,
        int(active),
        at,
    ]
    names = ["generation", "analysis", "segmenter", "fingerprint", "taxonomy", "active", "at"]
    # The tree comes first: whoever sees the generation finds its tree.
    put_topic_tree(client, generation.number, taxonomy)
    with translated():
        client.insert("generations", [row], column_names=names)


def ensure_topic_tree(client: Client) -> None:
    """Writes the tree of the active generation if it was recorded before there were trees."""
    active = active_generation(client)
    if active is not None and not has_topic_tree(client, active.number):
        put_topic_tree(client, active.number, active.taxonomy())


def counting_generation(
    client: Client, cutter: Segmenter, taxonomy_text: str, at: datetime
) -> Generation:
    """The generation to count under: the active one, or the first, made from what is given.

    Raises:
        Fatal: if what the store holds was counted by another analysis or segmenter.
    """
    active = active_generation(client)
    if active is None:
        stored = stored_listings(client)
        if stored:
            raise Fatal(
                f"the {stored:,} listings of this store are not counted under analysis "
                f"{ANALYSIS_VERSION}; run `trends rebuild`"
            )
        active = Generation(FIRST, ANALYSIS_VERSION, cutter.name, taxonomy_text)
        put_generation(client, active, active=True, at=at)
    newest = recorded_generations(client)[-1].generation
    if newest.way != active.way:
        raise Fatal(
            f"a rebuild for analysis {newest.analysis} with segmenter {newest.segmenter!r} did not "
            "come to its end; run `trends rebuild` with the settings that you want"
        )
    if active.way != (ANALYSIS_VERSION, cutter.name):
        raise Fatal(
            f"this store is counted by analysis {active.analysis} with segmenter "
            f"{active.segmenter!r}; this program has analysis {ANALYSIS_VERSION} and is set to "
            f"{cutter.name!r}: run `trends rebuild`, or set it back"
        )
    return active


def stored_listings(client: Client) -> int:
    """How many listings there are; those whose rows are yet to be merged count more than once."""
    with translated():
        return int(client.query("SELECT count() FROM listings_counted").result_rows[0][0])
