"""Stored names to entries."""

from __future__ import annotations

from tests.unit.ranking.world import world
from trends.ranking.aliases import Alias
from trends.ranking.entry import Entry
from trends.ranking.merge import merged
from trends.ranking.spellings import Spellings

RAG = Spellings({"rag": Alias("rag", "retrieval augmented generation", (), 9, 1.0)})


def entries(titles: list[str], before: tuple[str, ...] = ()) -> dict[str, Entry]:
    found = world([(title, "") for title in titles], [(title, "") for title in before])
    return {entry.key: entry for entry in merged(found.counted, RAG, found.sample)}


def test_a_listing_with_two_names_is_estimated_as_one() -> None:
    both = "Retrieval augmented generation, or RAG"
    (entry,) = [
        entry
        for key, entry in entries([both] * 3 + ["RAG"] * 2).items()
        if key == "retrievalaugmentedgeneration"
    ]
    assert entry.names == ("rag", "retrieval augmented generation")
    assert entry.docs == 5
    assert entry.docs_of_names == 8


def test_the_most_frequent_name_comes_first() -> None:
    entry = entries(["Multi agent"] * 2 + ["Multiagent"] * 3)["multiagent"]
    assert entry.names == ("multiagent", "multi agent")
    assert entry.words == ("multi", "agent")


def test_a_name_alone_keeps_its_counts() -> None:
    entry = entries(["Quantization"] * 3, ("Quantization",))["quantization"]
    assert (entry.docs, entry.docs_before, entry.names) == (3, 1, ("quantization",))


def test_the_order_is_by_docs_then_by_name() -> None:
    found = list(entries(["Beta", "Alpha", "Gamma", "Gamma"]))
    assert found == ["gamma", "alpha", "beta"]
