"""Templates are taken apart as Go takes them apart."""

from __future__ import annotations

import pytest

from trends.grafana.gotemplate import Block, Malformed, definitions, parse


def shape(blocks: list[Block]) -> list[object]:
    return [
        [block.action.verb or block.action.expression, shape(block.inner), shape(block.otherwise)]
        for block in blocks
    ]


def test_blocks_hold_what_stands_up_to_their_end() -> None:
    text = "{{ if .A }}{{ .B }}{{ else if .C }}{{ .D }}{{ else }}{{ .E }}{{ end }}{{ .F }}"
    assert shape(parse(text)) == [
        ["if", [[".B", [], []]], [["if", [[".D", [], []]], [[".E", [], []]]]]],
        [".F", [], []],
    ]


def test_lines_are_those_of_the_text_and_comments_are_none() -> None:
    text = '{{- /* {{ .A }} */ -}}\n{{ print "}}" `{{`\n .B }}\n{{ .C }}'
    assert [(b.action.line, b.action.fields) for b in parse(text)] == [
        (2, [(False, ("B",))]),
        (4, [(False, ("C",))]),
    ]


def test_what_an_expression_names_is_found_outside_of_texts() -> None:
    (block,) = parse('{{ $a := index .X.Y ".Z" | printf "%s" (len $.W) $b.V }}')
    assert block.action.fields == [(False, ("X", "Y")), (True, ("W",))]
    assert block.action.words == ["index", "printf", "len"]
    assert block.action.subject.startswith("index")


def test_definitions_are_all_told_also_of_the_same_name() -> None:
    text = '{{ define "a" }}{{ end }}{{ define "a" }}{{ block "b" . }}{{ end }}{{ end }}'
    assert [block.action.name for block in definitions(parse(text))] == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ if .A }}", "line 1: no end of if"),
        ("\n{{ end }}", "line 2: end of nothing"),
        ("{{ else }}", "else of nothing"),
        ("{{ if .A }}{{ else }}{{ else }}{{ end }}", "else of nothing"),
        ('{{ if .A }}{{ define "x" }}{{ end }}{{ end }}', "define within if"),
        ("{{ define x }}{{ end }}", "define of no name"),
        ("{{ range }}{{ end }}", "range of nothing"),
        ("{{ }}", "nothing in braces"),
        ("{{ .A", "is not closed"),
        ('{{ print "a }}', "is not closed"),
    ],
)
def test_what_is_no_template_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        parse(text)
