"""Short forms learned from the listings that introduce them."""

from __future__ import annotations

import pytest

from trends.ranking.aliases import Introduced, learn


def introduced(short: str, **meant: int) -> Introduced:
    """Long forms with underscores for spaces."""
    pairs = tuple((long.replace("_", " "), listings) for long, listings in meant.items())
    return Introduced(short, sum(meant.values()), pairs)


def test_a_short_form_that_nearly_always_means_one_thing_is_an_alias() -> None:
    found = learn([introduced("rag", retrieval_augmented_generation=9, region_graph=1)], {})
    alias = found["rag"]
    assert (alias.long, alias.listings, alias.share) == ("retrieval augmented generation", 9, 0.9)


def test_a_short_form_of_two_things_is_none() -> None:
    assert not learn([introduced("asr", automatic_speech_recognition=6, attack_success_rate=4)], {})


def test_two_listings_are_too_few() -> None:
    assert not learn([introduced("gru", gated_recurrent_unit=2)], {})
    assert learn([introduced("gru", gated_recurrent_unit=3)], {})


def test_spellings_of_the_long_form_count_together() -> None:
    found = learn(
        [introduced("vlm", vision_language_model=5, visual_language_model=3, video_lamp=2)], {}
    )
    assert found["vlm"].variants == ("visual language model",)
    assert found["vlm"].share == 0.8


def test_a_rare_spelling_counts_but_is_no_name() -> None:
    found = learn(
        [introduced("cnn", convolutional_neural_network=5, convolution_neural_network=1)], {}
    )
    assert found["cnn"].listings == 6
    assert found["cnn"].variants == ()


def test_another_way_to_put_the_spaces_is_a_name_however_rare() -> None:
    found = learn([introduced("mlp", multi_layer_perceptron=5, multilayer_perceptron=1)], {})
    assert found["mlp"].variants == ("multilayer perceptron",)


@pytest.mark.parametrize(
    ("short", "in_use", "holds"),
    [
        ("map", (3, 97), False),  # a word: nobody introduces it
        ("map", (30, 70), True),
        ("ai", (3, 97), True),  # two letters are rarely a word
        ("ai", (1, 99), False),
    ],
)
def test_a_word_is_no_abbreviation(short: str, in_use: tuple[int, int], holds: bool) -> None:
    long = {"map": "mean_average_precision", "ai": "artificial_intelligence"}[short]
    assert bool(learn([introduced(short, **{long: 10})], {short: in_use})) is holds


def test_a_long_form_that_lacks_a_word_is_not_believed() -> None:
    """ "self-supervised learning (SSL)", of which the first word was not found."""
    assert not learn([introduced("ssl", supervised_learning=50)], {})
    assert not learn([introduced("ppo", policy_optimization=50)], {})
    assert learn([introduced("llm", large_language_model=50)], {})
    assert learn([introduced("cnn", convolutional_neural_network=50)], {})
