"""Ids of alerts, as short as they can be."""

from __future__ import annotations

from trends.cli.alerts_stored import SHORT_ID_CHARS, shortest


def test_an_id_is_cut_where_it_is_still_the_only_one() -> None:
    every = ["abcdefgh-1111", "abcdefgh-1222", "abcdefgh-3333", "bbbbbbbb-0000"]
    found = shortest(every, every)
    assert found == {
        "abcdefgh-1111": "abcdefgh-11",
        "abcdefgh-1222": "abcdefgh-12",
        "abcdefgh-3333": "abcdefgh-3",
        "bbbbbbbb-0000": "bbbbbbbb",
    }
    for text, short in found.items():
        assert [other for other in every if other.startswith(short)] == [text]


def test_others_count_even_if_they_are_not_shown() -> None:
    assert shortest(["aaaaaaaaa1"], ["aaaaaaaaa2"]) == {"aaaaaaaaa1": "aaaaaaaaa1"}


def test_no_id_is_shorter_than_people_can_tell_apart() -> None:
    assert shortest(["abcdefgh-1"], []) == {"abcdefgh-1": "abcdefgh"}
    assert SHORT_ID_CHARS == 8
    assert shortest([], ["abcdefgh-1"]) == {}
