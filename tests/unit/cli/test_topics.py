"""`trends topics`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from trends.analysis.taxonomy import default_taxonomy, parse_taxonomy
from trends.cli.main import app
from trends.cli.topics import tree

GOOD = "A: [x]\nB: {parent: A, phrases: [y, z], exclude: [z w], aliases: [Bee]}\n"
DOUBTFUL = "A: [LLM, LLMs]\n"
WRONG = "A: [a.b, LLM, LLMs]\nB: {parent: C}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["topics", *arguments], catch_exceptions=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "topics.yaml"


@pytest.mark.parametrize("name", ["list", "check"])
def test_each_command_has_help_and_can_speak_json(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "--format <table|json>" in result.stdout


def test_a_good_file(file: Path) -> None:
    file.write_text(GOOD)
    result = run("check", str(file))
    assert (result.exit_code, result.stdout) == (
        0,
        "2 topics, 3 phrases: 0 errors, 0 warnings\n",
    )


def test_a_warning_leaves_a_file_usable(file: Path) -> None:
    file.write_text(DOUBTFUL)
    result = run("check", str(file))
    assert result.exit_code == 0
    warning, total = result.stdout.splitlines()
    assert warning == (
        f"warning {file}, line 1, topic 'A', phrases 'LLMs': is the same as 'LLM' in line 1; "
        "remove it"
    )
    assert total == "1 topic, 2 phrases: 0 errors, 1 warning"


def test_all_errors_are_shown_and_the_command_fails(file: Path) -> None:
    file.write_text(WRONG)
    result = run("check", str(file))
    assert result.exit_code == 1
    kinds = [line.partition(" ")[0] for line in result.stdout.splitlines()]
    assert kinds == ["error", "warning", "error", "warning", "2"]


def test_what_is_no_yaml_is_a_finding_too(file: Path) -> None:
    file.write_text("A: [")
    result = run("check", str(file), "--format", "json")
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert "is not YAML" in finding["message"]


def test_check_as_json(file: Path) -> None:
    file.write_text(WRONG)
    result = run("check", str(file), "--format", "json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    findings = answer.pop("findings")
    assert answer == {"ok": False, "topics": 2, "phrases": 2, "errors": 2, "warnings": 2}
    assert findings[0] == {
        "severity": "error",
        "line": 1,
        "topic": "A",
        "field": "phrases",
        "value": "a.b",
        "message": findings[0]["message"],
        "origin": str(file),
    }


def test_a_file_that_steers_the_terminal_does_not(file: Path) -> None:
    file.write_text('"A\\e[31m": [a.b]')
    assert "\x1b" not in run("check", str(file)).stdout


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "there is no such file"), (b"A: [\xff]", "is not UTF-8")]
)
def test_a_file_that_cannot_be_read(file: Path, content: bytes | None, complaint: str) -> None:
    if content is not None:
        file.write_bytes(content)
    result = run("check", str(file))
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert complaint in result.stderr


def test_a_byte_order_mark_is_no_part_of_a_name(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8-sig")
    assert run("check", str(file)).exit_code == 0


def test_the_list_shows_the_tree(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(GOOD)
    monkeypatch.setenv("TRENDS_TAXONOMY", str(file))
    result = run("list")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines == [
        "topic  phrases  exclusions  aliases",
        "A            1           0",
        "  B          2           1  Bee",
    ]
    assert f"2 topics of {file}" in result.stderr


def test_the_list_as_json(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(GOOD)
    monkeypatch.setenv("TRENDS_TAXONOMY", str(file))
    result = run("list", "--format", "json")
    assert result.stderr == ""
    assert json.loads(result.stdout) == [
        {"topic": "A", "parent": None, "phrases": 1, "exclusions": 0, "aliases": []},
        {"topic": "B", "parent": "A", "phrases": 2, "exclusions": 1, "aliases": ["Bee"]},
    ]


def test_without_a_file_of_ones_own_the_built_in_topics_are_listed() -> None:
    listed = json.loads(run("list", "--format", "json").stdout)
    assert [row["topic"] for row in listed] == [topic.name for topic in default_taxonomy().topics]


def test_a_taxonomy_with_errors_cannot_be_listed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(WRONG)
    monkeypatch.setenv("TRENDS_TAXONOMY", str(file))
    result = run("list")
    assert result.exit_code == 2
    assert "has 2 errors" in result.stderr


def test_children_follow_their_parent_wherever_they_stand_in_the_file() -> None:
    text = "B: {parent: A, phrases: [b]}\nC: [c]\nA: [a]\nD: {parent: C, phrases: [d]}"
    shown = [(topic.name, depth) for topic, depth in tree(parse_taxonomy(text, "o"))]
    assert shown == [("C", 0), ("D", 1), ("A", 0), ("B", 1)]
