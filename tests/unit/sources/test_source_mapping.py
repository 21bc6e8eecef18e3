from __future__ import annotations

import pytest

from trends.errors import ConfigError
from trends.sources.mapping import ALIASES, WIRE_FIELDS, FieldMap, parse_mapping


def apply(record: dict[str, object], **mapping: str) -> dict[str, object]:
    return FieldMap(mapping, source="here", origin="f").apply(record)


def test_parse_mapping() -> None:
    assert parse_mapping(" text = abstract,listed_at=listed on ") == {
        "text": "abstract",
        "listed_at": "listed on",
    }
    assert parse_mapping("") == {}


@pytest.mark.parametrize("text", ["text", "=abstract", "text=", "text=a,,url=b", "a=b=c,"])
def test_malformed_mapping(text: str) -> None:
    with pytest.raises(ConfigError, match=r"FIELD=SOURCE_FIELD|has no field"):
        parse_mapping(text)


def test_unknown_wire_field_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="no field 'abstract'") as caught:
        parse_mapping("abstract=text")
    assert all(name in str(caught.value) for name in WIRE_FIELDS)


def test_wire_field_twice() -> None:
    with pytest.raises(ConfigError, match="'text' more than once"):
        parse_mapping("text=a,text=b")


@pytest.mark.parametrize("wire", ALIASES)
def test_aliases_fill_absent_wire_fields(wire: str) -> None:
    for alias in ALIASES[wire]:
        assert apply({alias: "x"}) == {wire: "x", "source": "here"}


def test_aliases_do_not_touch_present_wire_fields() -> None:
    record: dict[str, object] = {"text": "", "abstract": "a", "source": "own"}
    assert apply(dict(record)) == record


def test_first_alias_wins_and_the_other_field_is_kept() -> None:
    assert apply({"description": "d", "abstract": "a"}) == {
        "text": "a",
        "description": "d",
        "source": "here",
    }


def test_null_is_no_value() -> None:
    record: dict[str, object] = {"text": None, "abstract": "a", "upvotes": None, "note": None}
    assert apply(record) == {"text": "a", "note": None, "source": "here"}
    assert apply({"abstract": None, "summary": "s"})["text"] == "s"


def test_mapping_moves_fields_and_beats_aliases() -> None:
    record: dict[str, object] = {"abstract": "a", "body": "b", "day": "2025-01-01"}
    assert apply(record, text="body", listed_at="day") == {
        "text": "b",
        "listed_at": "2025-01-01",
        "abstract": "a",
        "source": "here",
    }


def test_mapping_can_swap_and_copy() -> None:
    swapped = apply({"title": "1", "text": "2"}, title="text", text="title")
    assert (swapped["title"], swapped["text"]) == ("2", "1")
    copied = apply({"published_at": "d"}, listed_at="published_at", published_at="published_at")
    assert copied == {"listed_at": "d", "published_at": "d", "source": "here"}


def test_what_a_mapping_displaces_is_kept() -> None:
    assert apply({"text": "t", "abstract": "a"}, text="abstract") == {
        "text": "a",
        "original_text": "t",
        "source": "here",
    }


def test_a_record_without_the_mapped_field_keeps_its_own() -> None:
    assert apply({"text": "t"}, text="abstract")["text"] == "t"


def test_unmet_fields_are_named_with_those_that_are_there() -> None:
    fields = FieldMap({"text": "abstrct"}, source="s", origin="file.jsonl")
    fields.apply({"title": "t", "abstract": "a"})
    assert not fields.complete
    with pytest.raises(ConfigError, match=r"file\.jsonl: .*'abstrct'.* title, abstract$"):
        fields.check_met()


def test_a_file_without_records_says_nothing_about_its_fields() -> None:
    FieldMap({"text": "abstrct"}, source="s", origin="f").check_met()
