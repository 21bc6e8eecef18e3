"""Entries that are only a part of a longer one."""

from __future__ import annotations

from collections.abc import Sequence

from tests.unit.ranking.world import Text, world
from trends.ranking.aliases import Alias
from trends.ranking.entry import LeftOut, Reason
from trends.ranking.fragments import COVERED_BY_ALL, without_fragments
from trends.ranking.merge import merged
from trends.ranking.spellings import Spellings

LLM = {"llm": Alias("llm", "large language model", (), 9, 1.0)}


def decided(
    listings: Sequence[Text], aliases: dict[str, Alias] | None = None, docs_min: int = 1
) -> dict[str, LeftOut | None]:
    """Name to why it is left out."""
    found = world(listings)
    counted = [one for one in found.counted if one.docs >= docs_min]
    entries = merged(counted, Spellings(aliases or {}), found.sample)
    return {entry.name: entry.left_out for entry in without_fragments(entries, found.sample)}


def titles(*counted: tuple[int, str]) -> list[Text]:
    return [(title, "") for times, title in counted for _ in range(times)]


def test_a_part_that_never_stands_alone_goes_to_the_whole() -> None:
    found = decided(titles((10, "Large language models"), (2, "A language")))
    left_out = found["large language"]
    assert left_out is not None
    assert (left_out.reason, left_out.figure) == (Reason.PART, 1.0)
    assert (left_out.key, left_out.name) == ("largelanguagemodel", "large language model")
    assert found["large language model"] is None


def test_a_part_of_a_part_goes_to_the_whole() -> None:
    left_out = decided(titles((10, "Large language models")))["language"]
    assert left_out is not None
    assert left_out.name == "large language model"


def test_a_shorter_name_with_a_life_of_its_own_stays() -> None:
    found = decided(titles((4, "Video diffusion models"), (6, "Diffusion models")))
    assert found["diffusion model"] is None
    assert found["video diffusion model"] is None


def test_the_limit_for_phrases_and_for_words() -> None:
    found = decided(titles((67, "Fast point clouds"), (33, "Point clouds")))
    assert found["point cloud"] is not None
    found = decided(titles((67, "Diffusion models"), (33, "Diffusion")))
    assert found["diffusion"] is None
    found = decided(titles((71, "Diffusion models"), (29, "Diffusion")))
    assert found["diffusion"] is not None


def test_words_within_a_phrase_count_also_without_a_space() -> None:
    """ "thought" is a part of "chain of thought"; its end is no part of "afterthought"."""
    found = decided(titles((9, "Chain of thought"), (9, "Afterthought")))
    assert found["thought"] is not None
    assert found["chain"] is not None
    assert found["afterthought"] is None


def test_several_longer_names_together_swallow_a_part() -> None:
    found = decided(
        titles(
            (30, "Vision transformer"), (30, "Vision encoder"), (30, "Vision agent"), (5, "Vision")
        )
    )
    left_out = found["vision"]
    assert left_out is not None
    assert left_out.limit == COVERED_BY_ALL
    with_more = titles(
        (30, "Vision transformer"), (30, "Vision encoder"), (30, "Vision agent"), (40, "Vision")
    )
    assert decided(with_more)["vision"] is None


def test_many_rare_longer_names_swallow_nothing() -> None:
    listings = titles(*((1, f"Robots{n} learning") for n in range(30)), (1, "Learning"))
    assert decided(titles(*((1, f"Learning n{n}x") for n in range(30))))["learning"] is None
    assert decided(listings)["learning"] is not None  # it is only the end of names


def test_the_end_of_many_rare_names_is_no_name() -> None:
    listings = titles(
        *((1, f"{word} generation model") for word in "ab cd ef gh ij kl mn op".split())
    )
    left_out = decided(listings, docs_min=2)["generation model"]
    assert left_out is not None
    assert left_out.reason is Reason.END
    more = [*listings, *titles((2, "Generation models"))]
    assert decided(more, docs_min=2)["generation model"] is None


def test_what_stands_around_a_subject_in_texts_alone_is_no_longer_name() -> None:
    found = decided([("Glider nets", f"We test glider nets, number{n}") for n in range(9)])
    assert found["glider net"] is None
    left_out = found["test glider net"]
    assert left_out is not None
    assert (left_out.reason, left_out.name) == (Reason.WRAPS, "glider net")


def test_an_alias_swallows_what_its_long_form_holds() -> None:
    listings = titles((10, "Large language models"), (5, "LLM"), (1, "Language models"))
    found = decided(listings, LLM)
    assert "llm" not in found
    assert found["language model"] is not None
    assert found["large language model"] is None


def test_names_of_equal_length_that_overlap_in_the_same_listings_are_one() -> None:
    found = decided(titles((6, "Alpha beta gamma delta epsilon"), (1, "Other things")))
    shown = [name for name, left_out in found.items() if left_out is None and "beta" in name]
    assert shown == ["alpha beta gamma delta"]
    left_out = found["beta gamma delta epsilon"]
    assert left_out is not None
    assert (left_out.reason, left_out.name) == (Reason.SAME_LISTINGS, "alpha beta gamma delta")


def test_a_name_does_not_end_where_another_hardly_ever_does() -> None:
    listings = [
        *titles(*((2, f"Hour{n} of hour-long videos") for n in range(3)), (20, "Hour-long videos"))
    ]
    left_out = decided(listings)["hour0 of hour"]
    assert left_out is not None
    listings = titles((6, "Video diffusion"), (8, "Diffusion models"), (2, "Diffusion"))
    assert decided(listings)["video diffusion"] is None


def test_a_name_as_long_as_names_can_be_does_not_end_within_another() -> None:
    listings = titles((6, "Ability of large language models"), (20, "Large language models"))
    left_out = decided(listings)["ability of large language"]
    assert left_out is not None
    assert left_out.name == "large language model"
