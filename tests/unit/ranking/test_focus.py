"""How much more than any term a name is what its listings are about."""

from __future__ import annotations

from tests.unit.ranking.world import World, long_listings, long_text, world
from trends.ranking.focus import Focus, focus_of


def focus(of: World, name: str) -> Focus:
    one = of.of(name)
    return focus_of(of.sample, [name], one.docs, one.mentions, of.totals)


def value(of: World, name: str) -> float:
    found = focus(of, name).value
    assert found is not None
    return found


TEXT = "Object detection matters, and object detection is slow. Extensive experiments show it"
SUBJECT = world(long_listings(30, "Faster object detection", TEXT))


def test_a_subject_stands_in_titles_and_is_repeated() -> None:
    assert value(SUBJECT, "object detection") > 3


def test_what_belongs_to_the_genre_does_neither() -> None:
    assert value(SUBJECT, "extensive") < 0.3
    assert value(SUBJECT, "experiment") < 0.3


def test_a_word_of_titles_alone_is_less_than_a_subject() -> None:
    """ "via" stands in every second title and is never repeated."""
    text = "Object detection matters, and object detection is slow"
    found = world(long_listings(30, "Object detection by zeal", text))
    assert value(found, "zeal") < value(found, "object detection") / 2


def test_few_listings_say_little() -> None:
    others = [("Other things", long_text(900 + n, "Other things happen")) for n in range(30)]
    one = world([*long_listings(1, "Faster object detection", TEXT), *others])
    many = world([*long_listings(30, "Faster object detection", TEXT), *others])
    assert 0.5 < value(one, "object detection") < value(many, "object detection")


def test_titles_alone_say_nothing() -> None:
    assert focus(world([("Faster object detection", "")] * 9), "object detection").value is None


def test_texts_too_short_to_repeat_anything_say_nothing() -> None:
    short = world([("detect", "Object detection in the browser")] * 9)
    assert focus(short, "object detection").value is None


def test_titles_do_not_count_against_what_texts_show() -> None:
    """A term of papers is not less of a subject because a news page names it, too."""
    alone = value(SUBJECT, "object detection")
    news = [("Object detection is everywhere", "")] * 90
    mixed = world([*long_listings(30, "Faster object detection", TEXT), *news])
    assert 0.85 < value(mixed, "object detection") / alone < 1.15


def test_short_texts_of_other_things_change_nothing() -> None:
    """They repeat nothing, which must not make those who do look better."""
    alone = value(SUBJECT, "object detection")
    short = [(f"tool{n}", ", ".join(f"word{n}x{place}" for place in range(50))) for n in range(90)]
    mixed = world([*long_listings(30, "Faster object detection", TEXT), *short])
    assert 0.85 < value(mixed, "object detection") / alone < 1.15


def test_how_broad_and_how_often_followed() -> None:
    text = "Zero shot detection and zero shot learning"
    listings = [*long_listings(5, "A", text), *long_listings(15, "B", "Nothing of it")]
    found = focus(world(listings), "zero shot")
    assert (found.breadth, found.followed) == (0.25, 1.0)
    assert focus(world(listings), "zero shot detection").followed == 0.0
