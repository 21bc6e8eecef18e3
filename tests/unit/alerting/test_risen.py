"""Found names to things: one for all spellings, none for parts and mere words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.support.history import MemoryEvidence, Told, evidence_of
from tests.unit.alerting.risen_world import DAY, MIDNIGHT, Text, found, found_in, term, told
from trends.alerting.risen import WORDS_OF_GENRE, Thing, things
from trends.detection.find import Found
from trends.detection.source import Name
from trends.detection.spike import Kind


def risen(listings: Sequence[Told], names: Sequence[Found] | None = None) -> list[Thing]:
    evidence = MemoryEvidence(listings)
    return things(
        found_in(listings) if names is None else names,
        [evidence_of(one) for one in listings],
        evidence.introductions(None, [], MIDNIGHT + 9 * DAY),
    )


def thing_of(name: str, made: Sequence[Thing]) -> Thing:
    (one,) = [thing for thing in made if term(name) in {each.name for each in thing.found}]
    return one


def names_of(thing: Thing) -> set[str]:
    return {one.name.name for one in thing.found}


def leading(made: Sequence[Thing]) -> list[str]:
    return [thing.lead.name.name for thing in made if thing.leads]


def spread(*titles: str, times: int = 6) -> list[Text]:
    """Each title so often, with a text of its own."""
    return [(title, f"word{n}a word{n}b") for n, title in enumerate(titles * times)]


def test_an_acronym_and_its_long_form_are_one() -> None:
    texts = [
        *[("Sea power", "Gated tidal turbines (GTT) turn") for _ in range(6)],
        *[("A GTT at rest", "") for _ in range(8)],
    ]
    one = thing_of("gtt", risen(told(texts)))
    assert names_of(one) == {"gtt", "gated tidal turbine"}
    assert one.listings == frozenset(range(14))
    assert one.lead.name == term("gtt")


def test_an_acronym_that_hardly_anybody_introduces_stays_by_itself() -> None:
    texts = [
        *[("Sea power", "Gated tidal turbines (GTT) turn") for _ in range(2)],
        *[(f"Gated tidal turbines {n}", "") for n in range(6)],
        *[("A GTT at rest", "") for _ in range(8)],
    ]
    assert names_of(thing_of("gtt", risen(told(texts)))) == {"gtt"}


def test_spellings_are_one() -> None:
    made = risen(told(spread("Glider nets", "A glidernet", "Glider-net", "GliderNets")))
    one = thing_of("glider net", made)
    assert names_of(one) == {"glider net", "glidernet"}
    assert one.listings == frozenset(range(24))


def test_a_phrase_and_its_parts_are_named_by_the_phrase() -> None:
    made = risen(told([(f"Jimmy Kimmel, alfa{n}, bravo{n}", "") for n in range(12)]))
    assert "jimmy kimmel" in leading(made)
    assert not {"jimmy", "kimmel"} & set(leading(made))


def test_a_part_that_rises_by_itself_leads_too() -> None:
    texts = [(f"Jimmy Kimmel, alfa{n}", "") for n in range(6)]
    made = risen(told([*texts, *((f"Jimmy, bravo{n}", "") for n in range(12))]))
    assert {"jimmy", "jimmy kimmel"} <= set(leading(made))


@pytest.mark.parametrize("word", ["dataset", "training data", "show hn", "ability"])
def test_a_mere_word_never_leads(word: str) -> None:
    assert word.replace(" ", "") in WORDS_OF_GENRE
    listings = [Told(id=str(n), at=MIDNIGHT, terms={word: 1}, title_terms=1) for n in range(9)]
    (thing,) = risen(listings)
    assert not thing.leads


def test_a_mere_word_within_a_phrase_is_no_matter() -> None:
    assert "glider dataset" in leading(risen(told(spread("Glider dataset", times=9))))


def test_a_topic_is_a_thing_that_leads() -> None:
    listings = [
        Told(id=str(n), at=MIDNIGHT, terms={"glider": 2}, topics={"Flight": 1}) for n in range(9)
    ]
    made = risen(listings)
    assert {thing.lead.name.kind for thing in made if thing.leads} == {Kind.TERM, Kind.TOPIC}
    assert all(thing.listings == frozenset(range(9)) for thing in made)


def test_a_topic_and_a_term_of_one_name_are_not_mixed_up() -> None:
    listings = [Told(id="a", at=MIDNIGHT, terms={"glider": 1}) for _ in range(3)]
    listings += [Told(id="b", at=MIDNIGHT, topics={"glider": 1}) for _ in range(4)]
    names = [found(Name(Kind.TOPIC, "glider"), 9), found(term("glider"), 8)]
    by_kind = {thing.lead.name.kind: thing.listings for thing in risen(listings, names)}
    assert by_kind == {Kind.TERM: frozenset(range(3)), Kind.TOPIC: frozenset(range(3, 7))}


def test_the_strongest_is_first_and_the_longer_of_equal_ones() -> None:
    listings = told(spread("Glider nets fly", "Turbine blades", times=7))
    names = [found(term("glider net"), 9), found(term("blade"), 9), found(term("turbine"), 12)]
    assert [thing.lead.name.name for thing in risen(listings, names)] == [
        "turbine",
        "glider net",
        "blade",
    ]
    equal = [replace(one, docs=9, p=1e-9) for one in reversed(names)]
    order = [thing.lead.name.name for thing in risen(listings, equal)]
    assert order[0] == "glider net"
    assert order == [thing.lead.name.name for thing in risen(listings, equal[::-1])]


def test_names_without_evidence_are_things_without_listings() -> None:
    (thing,) = risen([], [found(term("glider net"), 9)])
    assert (thing.listings, thing.lead.name.name) == (frozenset(), "glider net")
    assert things([], [], []) == []


@pytest.mark.parametrize("name", ["x" * 300, "tab\tand\x00nul", "词 向量", "a " * 150 + "b"])
def test_names_of_any_length_and_characters_are_things(name: str) -> None:
    listings = [Told(id=str(n), at=MIDNIGHT, terms={name: 1}) for n in range(9)]
    assert [thing.lead.name.name for thing in risen(listings)] == [name]


def test_every_name_is_in_one_thing() -> None:
    texts = spread("Gated tidal turbines (GTT) turn", "A GTT dataset", "Tidal turbine nets")
    names = found_in(told(texts))
    made = risen(told(texts))
    assert sorted(one.name for thing in made for one in thing.found) == sorted(
        one.name for one in names
    )
