"""Phrases of the taxonomy in texts: overlaps, exclusions, topics within topics."""

from __future__ import annotations

import pytest

from tests.unit.analysis.analysers import TAXONOMY, analysed
from trends.analysis.segment import segmenter
from trends.analysis.taxonomy import parse_taxonomy

NESTED = parse_taxonomy(
    """
    Learning: [learning, net]
    Deep:
      parent: Learning
      phrases: [deep learning, deep net, the deep]
    Diffusion:
      parent: Deep
      phrases: [diffusion, diffusion model, latent diffusion model]
      exclude: [heat diffusion, diffusion of ideas, model of heat diffusion]
    Heat: [heat diffusion, diffusion]
    """,
    "test",
)


def topics(title: str, text: str = "") -> dict[str, int]:
    return analysed(title, text, NESTED).topics


def test_a_topic_is_mentioned_as_often_as_its_phrases() -> None:
    analysis = analysed("Mixture-of-Experts", "A mixture of experts. MoE, moe!")
    assert analysis.topics == {"Experts": 4, "Models": 2}


def test_a_phrase_matches_whole_tokens_of_one_part_only() -> None:
    assert analysed("moet smoe", "mixture of. experts, mixture of").topics == {}
    assert analysed("mixture of", "experts").topics == {}
    assert analysed("moe-based models", "").topics == {"Experts": 1, "Models": 1}


def test_phrases_that_end_at_one_token_are_one_mention() -> None:
    assert topics("latent diffusion model") == {
        # "diffusion" and the two longer phrases end at two tokens.
        **{"Diffusion": 2, "Deep": 2, "Learning": 2, "Heat": 1},
    }


def test_a_mention_counts_for_the_topics_around_it_once_per_place() -> None:
    # "learning" mentions Learning by itself and as the parent of Deep, at one token.
    assert topics("deep learning") == {"Deep": 1, "Learning": 1}
    assert topics("deep learning nets") == {"Deep": 1, "Learning": 2}
    assert topics("deep net", "deep net") == {"Deep": 2, "Learning": 2}


@pytest.mark.parametrize(
    "text", ["heat diffusion", "diffusion of ideas", "model of heat diffusion", "Heat-Diffusions"]
)
def test_a_phrase_inside_an_exclusion_is_no_mention_of_that_topic_alone(text: str) -> None:
    assert topics(text) == {"Heat": 1}


def test_a_phrase_that_reaches_out_of_an_exclusion_is_a_mention() -> None:
    assert topics("heat diffusion model") == {
        **{"Diffusion": 1, "Deep": 1, "Learning": 1, "Heat": 1}
    }


def test_an_exclusion_voids_no_phrase_elsewhere() -> None:
    assert topics("heat diffusion", "diffusion")["Diffusion"] == 1
    assert topics("diffusion", "diffusion of ideas")["Diffusion"] == 1
    assert topics("diffusion of ideas. diffusion")["Diffusion"] == 1


def test_any_word_may_stand_in_a_phrase() -> None:
    assert topics("the deep") == {"Deep": 1, "Learning": 1}


def test_a_failed_phrase_gives_way_to_one_that_began_within_it() -> None:
    taxonomy = parse_taxonomy("One: [aa bb cc dd]\nTwo: [bb cc ee]\nThree: [cc]", "test")
    assert analysed("aa bb cc ee", "", taxonomy).topics == {"Two": 1, "Three": 1}
    assert analysed("aa bb bb cc dd", "", taxonomy).topics == {"Three": 1}
    assert analysed("aa bb xx cc ee", "", taxonomy).topics == {"Three": 1}
    assert analysed("aa aa bb cc dd", "", taxonomy).topics == {"One": 1, "Three": 1}


def test_an_acronym_mentions_what_the_taxonomy_says_of_it_alone() -> None:
    found = analysed("moe", "mixture of experts (MoE)", TAXONOMY)
    assert found.acronyms == {"moe": "mixture of expert"}
    assert found.topics == {"Experts": 3, "Models": 2}


def test_a_phrase_is_cut_as_texts_are() -> None:
    words = segmenter("words")
    taxonomy = parse_taxonomy("Learning: [深度学习模型]", "test", words)
    assert taxonomy.topics[0].phrases == (("深度", "学习", "模型"),)
    assert analysed("研究深度学习模型", "", taxonomy, words).topics == {"Learning": 1}


def test_a_text_may_mention_no_topic_at_all() -> None:
    assert topics("agents", "plan") == topics("") == {}
